package io.iasql.aws.iam;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.contract.FakeScope;
import io.iasql.spi.CloudException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsRequest;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsResponse;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysRequest;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysResponse;

class IamUsersTest {

  /** Any call that takes something away would be refused as unsupported. */
  @Test
  void nothingIsTakenFromAUserThatIamWouldNotDelete() {
    IamUser user = new IamUser(null, "alice", null, "/", null, null);

    assertThatThrownBy(() -> new IamUsers().delete(FakeScope.of(new WithProofs()), user))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining(
            "user alice has MFA device arn:aws:iam::111122223333:mfa/phone, SSH key APKA1,"
                + " certificate CERT1, credential ACCA1 of codecommit.amazonaws.com: remove them at"
                + " AWS first");
  }

  /** A user with every proof of identity there is, whose lists are all that can be asked for. */
  private static final class WithProofs implements IamClient {
    @Override
    public ListAttachedUserPoliciesResponse listAttachedUserPolicies(
        ListAttachedUserPoliciesRequest request) {
      return ListAttachedUserPoliciesResponse.builder().isTruncated(false).build();
    }

    @Override
    public ListAccessKeysResponse listAccessKeys(ListAccessKeysRequest request) {
      return ListAccessKeysResponse.builder().isTruncated(false).build();
    }

    @Override
    public ListMfaDevicesResponse listMFADevices(ListMfaDevicesRequest request) {
      return ListMfaDevicesResponse.builder()
          .mfaDevices(d -> d.serialNumber("arn:aws:iam::111122223333:mfa/phone"))
          .isTruncated(false)
          .build();
    }

    @Override
    public ListSshPublicKeysResponse listSSHPublicKeys(ListSshPublicKeysRequest request) {
      return ListSshPublicKeysResponse.builder()
          .sshPublicKeys(k -> k.sshPublicKeyId("APKA1"))
          .isTruncated(false)
          .build();
    }

    @Override
    public ListSigningCertificatesResponse listSigningCertificates(
        ListSigningCertificatesRequest request) {
      return ListSigningCertificatesResponse.builder()
          .certificates(c -> c.certificateId("CERT1"))
          .isTruncated(false)
          .build();
    }

    @Override
    public ListServiceSpecificCredentialsResponse listServiceSpecificCredentials(
        ListServiceSpecificCredentialsRequest request) {
      return ListServiceSpecificCredentialsResponse.builder()
          .serviceSpecificCredentials(
              c -> c.serviceSpecificCredentialId("ACCA1").serviceName("codecommit.amazonaws.com"))
          .build();
    }

    @Override
    public String serviceName() {
      return SERVICE_NAME;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
