package io.iasql.aws.iam;

import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reach;
import io.iasql.spi.Table;
import io.iasql.spi.Unordered;
import java.time.Instant;
import java.util.List;

/**
 * An IAM user (IAM API Reference, {@code CreateUser}). Groups, inline policies, tags, permissions
 * boundary, MFA devices and certificates are not part of the table; an update leaves them alone.
 *
 * @param arn the user's ARN; a change of the path changes it
 * @param userName 1 to 64 letters, digits and {@code _+=,.@-}; case makes no difference
 * @param createDate when the user was made
 * @param path begins and ends with a slash; null is the same as {@code /}
 * @param userId the unique id
 * @param attachedPoliciesArns the attached managed policies; null is the same as none
 */
@Table(value = "iam_user", reach = Reach.GLOBAL)
public record IamUser(
    @Assigned String arn,
    @Key String userName,
    @Assigned Instant createDate,
    String path,
    @Assigned String userId,
    @Unordered List<String> attachedPoliciesArns) {

  /** What a reference needs. */
  static IamUser named(String userName) {
    return new IamUser(null, userName, null, null, null, null);
  }
}
