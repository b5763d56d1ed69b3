package io.iasql.gitops;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What Flux makes of a SqlTransaction by the {@code healthCheckExprs} of {@code gitops/flux}: in
 * progress while its status is of an older spec; else failed, or current, where that expression
 * holds, in this order; else in progress.
 *
 * @see <a href="https://fluxcd.io/flux/components/kustomize/kustomizations/">Kustomizations</a>
 */
final class FluxHealth {
  private static final Path KUSTOMIZATIONS = Delivery.GITOPS.resolve("flux/kustomizations.yaml");

  private static final Cel CEL =
      CelFactory.standardCelBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addCompilerLibraries(CelExtensions.optional())
          .addRuntimeLibraries(CelExtensions.optional())
          .addVar("metadata", SimpleType.DYN)
          .addVar("spec", SimpleType.DYN)
          .addVar("status", SimpleType.DYN)
          .build();

  private FluxHealth() {}

  /** The verdict of every Kustomization of the file. */
  static List<String> of(GenericKubernetesResource resource) throws IOException {
    List<String> verdicts = new ArrayList<>();
    for (String document : Files.readString(KUSTOMIZATIONS).split("(?m)^---$")) {
      GenericKubernetesResource kustomization =
          Serialization.unmarshal(document, GenericKubernetesResource.class);
      List<Map<String, String>> checks = kustomization.get("spec", "healthCheckExprs");
      if (checks != null) {
        checks.stream()
            .filter(check -> check.get("kind").equals(resource.getKind()))
            .filter(check -> check.get("apiVersion").equals(resource.getApiVersion()))
            .forEach(check -> verdicts.add(verdict(check, resource)));
      }
    }
    return verdicts;
  }

  private static String verdict(Map<String, String> check, GenericKubernetesResource resource) {
    Number observed = resource.get("status", "observedGeneration");
    if (observed.longValue() != resource.getMetadata().getGeneration()) {
      return "InProgress";
    }
    if (holds(check.get("failed"), resource)) {
      return "Failed";
    }
    return holds(check.get("current"), resource) ? "Current" : "InProgress";
  }

  private static boolean holds(String expression, GenericKubernetesResource resource) {
    try {
      return (boolean)
          CEL.createProgram(CEL.compile(expression).getAst())
              .eval(Serialization.unmarshal(Serialization.asJson(resource), Map.class));
    } catch (CelValidationException | CelEvaluationException e) {
      throw new IllegalArgumentException(expression, e);
    }
  }
}
