package io.iasql.aws.account;

import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reach;
import io.iasql.spi.Table;

/**
 * The access key behind the connection, with everything secret masked.
 *
 * @param accessKeyId shortened to its first and last characters
 * @param secretAccessKey always {@link #MASK}
 * @param sessionToken always null
 */
@Table(
    value = "aws_credentials",
    reach = Reach.GLOBAL,
    hint =
        "Credentials live in the Secret or the role that the AwsConnection resource names under"
            + " spec.credentials; change them there.")
public record AwsCredential(
    @Key @Assigned String accessKeyId,
    @Assigned String secretAccessKey,
    @Assigned String sessionToken) {

  /** What stands for a secret. */
  public static final String MASK = "********";
}
