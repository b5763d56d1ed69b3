package io.iasql.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Every change of a plan: those of the status, or, where there are more, those of the ConfigMap
 * that the operator keeps beside the transaction.
 *
 * @param plan the plan, as the status has it
 * @param changes the changes, in order
 * @param missing how many more there are that neither has; they are in the database alone
 */
record WholePlan(Plan plan, List<Change> changes, int missing) {
  /** The operator's annotation on the ConfigMap: the plan that is in it. */
  private static final String PLAN = "iasql.io/plan";

  private static final String ENTRY = "plan.jsonl.gz";
  private static final String PENDING = "(known after commit)";
  private static final String WRITE_ONLY = "(write-only)";

  /** How a plan shows a write-only value. What only begins so is what people wrote. */
  private static final Pattern MASKED = Pattern.compile("hash:[0-9a-f]{64}");

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The plan of a transaction's status.
   *
   * @throws PluginException when there is none, or its changes cannot be read
   */
  static WholePlan of(Cluster cluster, SqlTransaction transaction) {
    Plan plan = Standing.of(transaction).plan();
    if (!Boolean.TRUE.equals(plan.truncated())) {
      return new WholePlan(plan, plan.changes(), 0);
    }
    ConfigMap map =
        cluster
            .client()
            .configMaps()
            .inNamespace(transaction.getMetadata().getNamespace())
            .withName(plan.configMap())
            .get();
    if (map == null || !plan.id().equals(map.getMetadata().getAnnotations().get(PLAN))) {
      throw new PluginException(
          "ConfigMap %s does not hold %s (any more): a new plan is being written. Try again."
              .formatted(plan.configMap(), plan.id()));
    }
    List<Change> changes =
        changes(Base64.getDecoder().decode(map.getBinaryData().getOrDefault(ENTRY, "")));
    return new WholePlan(plan, changes, Math.max(0, total(plan.summary()) - changes.size()));
  }

  private static int total(Summary summary) {
    return summary.create() + summary.update() + summary.replace() + summary.delete();
  }

  /** The changes of a gzipped text with a JSON object in each line. */
  static List<Change> changes(byte[] gzipped) {
    List<Change> changes = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(new ByteArrayInputStream(gzipped)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        changes.add(change(JSON.readTree(line)));
      }
    } catch (EOFException e) {
      throw new PluginException("The plan's ConfigMap ends too early.", e);
    } catch (IOException e) {
      throw new PluginException("The plan's ConfigMap is not what the operator writes: " + e, e);
    }
    return changes;
  }

  private static Change change(JsonNode line) {
    List<ColumnChange> columns = new ArrayList<>();
    for (JsonNode column : line.path("columns")) {
      columns.add(
          new ColumnChange(
              column.path("name").asText(),
              value(column.path("before")),
              column.path("known_after_commit").asBoolean()
                  ? PENDING
                  : value(column.path("after"))));
    }
    return new Change(
        Action.valueOf(line.path("action").asText().toUpperCase(Locale.ROOT)),
        line.path("table").asText(),
        line.path("id").asText(),
        line.path("description").asText(),
        columns,
        line.path("note").asText().isEmpty() ? null : line.path("note").asText(),
        texts(line.path("dependants")));
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(one -> texts.add(one.asText()));
    return texts;
  }

  /** As the status says it. */
  private static String value(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    String text = value.isTextual() ? value.asText() : value.toString();
    return MASKED.matcher(text).matches() ? WRITE_ONLY : text;
  }
}
