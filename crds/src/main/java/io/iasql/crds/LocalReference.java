package io.iasql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The name of an object in the same namespace. */
@ApiType
public record LocalReference(
    @Required
        @Size(min = 1, max = 253)
        @JsonPropertyDescription("Name of the object, in the same namespace.")
        String name) {}
