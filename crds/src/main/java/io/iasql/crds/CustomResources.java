package io.iasql.crds;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The custom resources of this product and their definitions. */
public final class CustomResources {
  /** The API group. */
  public static final String GROUP = "iasql.io";

  /** The version of every type. */
  public static final String VERSION = "v1alpha1";

  static final String CATEGORY = "iasql";

  /** Every type, in the order in which they refer to each other. */
  public static final List<Class<? extends CustomResource<?, ?>>> TYPES =
      List.of(AwsConnection.class, Environment.class, SqlTransaction.class, Replication.class);

  /**
   * Annotation: whoever asks for a SqlTransaction or a Replication. With the admission policies of
   * the chart nobody can write another name than their own.
   */
  public static final String REQUESTED_BY = GROUP + "/requested-by";

  private CustomResources() {}

  /** The definitions to apply to a cluster, each a YAML document. */
  public static List<String> definitions() {
    return TYPES.stream().map(CustomResources::definition).toList();
  }

  /** The definition's file: {@code iasql.io_environments.yaml}. */
  static String fileName(Class<? extends CustomResource<?, ?>> type) {
    return GROUP + "_" + HasMetadata.getPlural(type) + ".yaml";
  }

  private static String definition(Class<? extends CustomResource<?, ?>> type) {
    try (InputStream in = CustomResources.class.getResourceAsStream(fileName(type))) {
      if (in == null) {
        throw new IllegalStateException(fileName(type) + " is not beside " + CustomResources.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(fileName(type), e);
    }
  }
}
