package io.iasql.aws.iam;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Policy;
import io.iasql.spi.Reach;
import io.iasql.spi.Table;
import io.iasql.spi.Unordered;
import java.util.List;

/**
 * An IAM role (IAM API Reference, {@code CreateRole}). Path, inline policies, tags, permissions
 * boundary and session length are not part of the table; an update leaves them alone.
 *
 * <p>A role that EC2 may assume has an instance profile of the same name, made and removed along
 * with that trust: {@code instance.role_name} means this profile.
 *
 * @param arn the role's ARN
 * @param roleName 1 to 64 letters, digits and {@code _+=,.@-}; case makes no difference
 * @param assumeRolePolicyDocument the trust policy
 * @param description at most 1,000 characters; null for none
 * @param attachedPoliciesArns the attached managed policies; null is the same as none
 */
@Table(value = "iam_role", reach = Reach.GLOBAL)
public record IamRole(
    @Assigned String arn,
    @Key String roleName,
    @Policy JsonNode assumeRolePolicyDocument,
    String description,
    @Unordered List<String> attachedPoliciesArns) {}
