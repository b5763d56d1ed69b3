package io.iasql.aws.vpc;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

/** EC2 with what a test answers; it remembers what was written. */
abstract class FakeEc2 implements Ec2Client {
  final List<String> writes = new ArrayList<>();

  static Ec2Exception refusal(String code, String message) {
    return (Ec2Exception)
        Ec2Exception.builder()
            .statusCode(400)
            .message(message)
            .awsErrorDetails(
                AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
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
