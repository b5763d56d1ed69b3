package io.iasql.aws.iam;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class RoleContractIT extends ResourceContract {
  RoleContractIT() {
    super(
        Sample.of("iam_role")
            .insert(
                "INSERT INTO iam_role (role_name, assume_role_policy_document) VALUES ('runner', "
                    + trusting("lambda")
                    + ")",
                "role_name = 'runner'")
            .another(
                "INSERT INTO iam_role (role_name, assume_role_policy_document, description,"
                    + " attached_policies_arns) VALUES ('machine', "
                    + trusting("ec2")
                    + ", 'Runs machines', ARRAY['arn:aws:iam::aws:policy/ReadOnlyAccess'])",
                "role_name = 'machine'")
            .change("assume_role_policy_document", trusting("ec2"))
            .change("description", "'Runs what there is to run'")
            .change(
                "attached_policies_arns",
                "ARRAY['arn:aws:iam::aws:policy/ReadOnlyAccess',"
                    + " 'arn:aws:iam::aws:policy/AmazonS3FullAccess']")
            .nulled("description")
            .nulled("attached_policies_arns")
            .replace("role_name", "'walker'", "role_name = 'walker'")
            .refuse("UPDATE iam_role SET role_name = 'a b'", "1 to 64 letters")
            .refuse("UPDATE iam_role SET description = '→'", "Latin-1")
            .refuse(
                "UPDATE iam_role SET assume_role_policy_document = '{\"Statement\": 7}'",
                "assume_role_policy_document")
            .refuse(
                "UPDATE iam_role SET attached_policies_arns = ARRAY['ReadOnlyAccess']",
                "Not the ARN of a managed policy"));
  }

  private static String trusting(String service) {
    return "'{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\":"
        + " {\"Service\": \""
        + service
        + ".amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}'";
  }
}
