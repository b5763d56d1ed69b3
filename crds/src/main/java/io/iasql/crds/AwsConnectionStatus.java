package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import java.time.Instant;
import java.util.List;

/** What AWS said when the connection was last tried. */
@JsonClassDescription("What AWS said when the connection was last tried.")
@ApiType
public record AwsConnectionStatus(
    @Default("-1") @JsonPropertyDescription("The generation of the spec that this status is about.")
        Long observedGeneration,
    @JsonPropertyDescription("The account that STS confirmed.") String accountId,
    @JsonPropertyDescription("The regions in use, the default region included.")
        List<String> regions,
    @JsonPropertyDescription("The access key in use, shortened. Empty when a role is used.")
        String accessKey,
    @JsonPropertyDescription("When AWS last confirmed the account.") Instant lastVerified,
    @JsonPropertyDescription(
            "Ready: AWS confirmed the account. Reconciling and Stalled are present only while True;"
                + " Stalled means that a person must mend something.")
        List<Condition> conditions) {

  public AwsConnectionStatus {
    regions = Lists.copy(regions);
    conditions = Lists.copy(conditions);
  }
}
