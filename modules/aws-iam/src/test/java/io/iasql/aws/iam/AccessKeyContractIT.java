package io.iasql.aws.iam;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;
import io.iasql.spi.AwsScope;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;

class AccessKeyContractIT extends ResourceContract {
  AccessKeyContractIT() {
    super(
        Sample.of("access_key")
            .found(AccessKeyContractIT::makeKey, "user_name = 'ann'")
            .refusedInsert(
                "INSERT INTO access_key (access_key_id, user_name) VALUES ('AKIA1', 'ann')")
            .change("status", "'Inactive'"));
  }

  private static void makeKey(AwsScope aws) {
    IamClient iam = aws.client(IamClient.class);
    try {
      iam.createUser(r -> r.userName("ann"));
      iam.createUser(r -> r.userName("ben"));
    } catch (EntityAlreadyExistsException e) {
      // The second key of the same test.
    }
    iam.createAccessKey(r -> r.userName("ann"));
  }
}
