package io.iasql.peers;

/** The emulators of AWS. Neither has every service; they tell accounts apart differently. */
public enum AwsEmulator {
  /**
   * Has acm, cloudwatch, ec2, iam, lambda, logs, opensearch, resourcegroupstaggingapi, route53, s3,
   * secretsmanager, sns, sqs and sts.
   */
  LOCALSTACK("LocalStack", "4.13.1", "/_localstack/health"),

  /** Has all services but ECR Public and Cloud Control; less exact than LocalStack. */
  MOTO("moto", "5.2.1", "/moto-api/data.json");

  final String title;
  final String pythonVersion;
  final String healthPath;

  AwsEmulator(String title, String pythonVersion, String healthPath) {
    this.title = title;
    this.pythonVersion = pythonVersion;
    this.healthPath = healthPath;
  }

  /** The system property that names the endpoint of one that runs already. */
  public String endpointProperty() {
    return this == LOCALSTACK ? "iasql.aws.endpoint" : "iasql.moto.endpoint";
  }
}
