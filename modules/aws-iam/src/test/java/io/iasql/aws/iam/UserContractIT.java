package io.iasql.aws.iam;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class UserContractIT extends ResourceContract {
  UserContractIT() {
    super(
        Sample.of("iam_user")
            .insert("INSERT INTO iam_user (user_name) VALUES ('ann')", "user_name = 'ann'")
            .another(
                "INSERT INTO iam_user (user_name, path, attached_policies_arns)"
                    + " VALUES ('ben', '/team/', ARRAY['arn:aws:iam::aws:policy/ReadOnlyAccess'])",
                "user_name = 'ben'")
            .change("path", "'/team/'")
            .change(
                "attached_policies_arns",
                "ARRAY['arn:aws:iam::aws:policy/ReadOnlyAccess',"
                    + " 'arn:aws:iam::aws:policy/AmazonS3FullAccess']")
            .nulled("path")
            .nulled("attached_policies_arns")
            .replace("user_name", "'bob'", "user_name = 'bob'")
            .refuse("INSERT INTO iam_user (user_name) VALUES ('a b')", "1 to 64 letters")
            .refuse("INSERT INTO iam_user (user_name) VALUES ('ANN')", "iam_user_name_any_case_key")
            .refuse("UPDATE iam_user SET path = 'team'", "begins and ends with a slash")
            .refuse(
                "UPDATE iam_user SET attached_policies_arns = ARRAY['ReadOnlyAccess']",
                "Not the ARN of a managed policy"));
  }
}
