package io.iasql.aws.iam;

import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reach;
import io.iasql.spi.Reference;
import io.iasql.spi.Table;
import java.time.Instant;

/**
 * An access key of an IAM user, without its secret.
 *
 * @param accessKeyId the key's id, unique in all of AWS
 * @param createDate when the key was made
 * @param status {@code Active} or {@code Inactive}
 * @param user the key's owner
 */
@Table(
    value = "access_key",
    reach = Reach.GLOBAL,
    hint = "SELECT * FROM access_key_request('user') creates a key and shows its secret once.")
public record AccessKey(
    @Key @Assigned String accessKeyId,
    @Assigned Instant createDate,
    String status,
    @Key @Assigned @Reference("user_name") IamUser user) {}
