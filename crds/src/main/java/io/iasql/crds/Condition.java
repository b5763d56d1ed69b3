package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;

/** A condition as {@code metav1.Condition} has it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
    @Required
        @Size(min = 1, max = 316)
        @Pattern("^[A-Z][A-Za-z]*$")
        @JsonPropertyDescription("What the condition is about.")
        String type,
    @Required @JsonPropertyDescription("Whether it holds.") Status status,
    @Min(0) @JsonPropertyDescription("The generation of the spec that the condition was set for.")
        Long observedGeneration,
    @Required @JsonPropertyDescription("When the status last went from one value to another.")
        Instant lastTransitionTime,
    @Required
        @Size(min = 1, max = 1024)
        @Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
        @JsonPropertyDescription("Why, in one CamelCase word for machines.")
        String reason,
    @Required
        @Size(max = MAX_MESSAGE)
        @JsonPropertyDescription("Why, for people, and what to do next.")
        String message) {

  /** The longest message that the schema takes. */
  public static final int MAX_MESSAGE = 32768;

  /** Whether a condition holds. */
  public enum Status {
    /** It holds. */
    @JsonProperty("True")
    TRUE,
    /** It does not hold. */
    @JsonProperty("False")
    FALSE,
    /** It could not be found out. */
    @JsonProperty("Unknown")
    UNKNOWN
  }

  /** Whether the condition is known to hold. */
  @JsonIgnore
  public boolean isTrue() {
    return status == Status.TRUE;
  }
}
