package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A query over the planned state that must return no row. */
@ApiType
public record Assertion(
    @Required
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @Size(max = 63)
        @JsonPropertyDescription("Its name, such as no-public-buckets.")
        String name,
    @Required
        @Size(min = 1, max = 16384)
        @JsonPropertyDescription(
            "One query, run read-only as role iasql_user on the rows as the plan leaves them, for 20"
                + " seconds at most. The first rows that it returns are shown to people.")
        String sql,
    @Size(max = 1024)
        @JsonPropertyDescription(
            "What people read when it returns a row: what is wrong, what to do.")
        String message) {}
