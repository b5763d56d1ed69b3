package io.iasql.operator.replication;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.iasql.crds.CustomResources;
import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.replicate.Commit;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The SqlTransaction that repeats a commit in another environment. */
final class ReplicatedTransaction {
  private static final String SQL_DIGEST = "iasql.io/replicated-sql";
  private static final int HASH = 8;
  private static final int MAX_NAME = 180;
  private static final int MAX_LABEL = 63;
  private static final int MAX_DESCRIPTION = 1024;

  private ReplicatedTransaction() {}

  /**
   * The same for the same change to the same environment, whichever Replication asks for it: so it
   * is recognised, by its object and by the ledger.
   */
  static String name(ReplicationRequest request, Commit commit) {
    String content =
        String.join(
            "\n", commit.id(), request.target().getName(), Json.of(request.rules()).toString());
    return cut(
            request.source().getName() + "-" + sourceName(commit).toLowerCase(Locale.ROOT),
            MAX_NAME)
        + "-"
        + digest(content).substring(0, HASH);
  }

  /** {@code add-assets-bucket}, or {@code psql-1a2b3c4d} of what was written in psql. */
  static String sourceName(Commit commit) {
    int slash = commit.name().indexOf('/');
    return commit.name().startsWith("psql/")
        ? "psql-" + commit.id().substring(0, Math.min(HASH, commit.id().length()))
        : commit.name().substring(slash + 1);
  }

  /** As it is when it is made: its requester is the Replication's. */
  static SqlTransaction of(ReplicationRequest request, Commit commit, String sql) {
    SqlTransaction transaction = new SqlTransaction();
    ObjectMetaBuilder meta =
        new ObjectMetaBuilder()
            .withNamespace(request.namespace())
            .withName(name(request, commit))
            .addToLabels(request.labels())
            .addToLabels(SqlTransaction.SOURCE_ENVIRONMENT, request.source().getName())
            .addToLabels(SqlTransaction.SOURCE_TRANSACTION, cut(sourceName(commit), MAX_LABEL))
            .addToAnnotations(SQL_DIGEST, digest(sql))
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(HasMetadata.getApiVersion(Replication.class))
                    .withKind(HasMetadata.getKind(Replication.class))
                    .withName(request.resource().getName())
                    .withUid(request.uid())
                    .withController(true)
                    .build());
    if (!request.requestedBy().isEmpty()) {
      meta.addToAnnotations(CustomResources.REQUESTED_BY, request.requestedBy());
    }
    if (request.isProposal()) {
      meta.addToAnnotations(SqlTransaction.APPROVAL, "Manual");
    }
    transaction.setMetadata(meta.build());
    String description =
        Optional.ofNullable(request.spec().description())
            .orElse(sourceName(commit) + " of " + request.source().getName());
    transaction.setSpec(
        new SqlTransactionSpec(
            new LocalReference(request.target().getName()),
            description.length() <= MAX_DESCRIPTION
                ? description
                : description.substring(0, MAX_DESCRIPTION),
            sql,
            null,
            null,
            List.of(),
            ParameterCalls.of(sql).isEmpty() ? List.of() : request.spec().parametersFrom(),
            List.of(),
            null,
            null,
            null,
            null,
            null,
            null,
            SqlTransactionSpec.OnFailure.ROLLBACK,
            List.of()));
    return transaction;
  }

  /** Whether the SQL is no longer what was made of the commit. */
  static boolean isEdited(SqlTransaction transaction) {
    Map<String, String> annotations = transaction.getMetadata().getAnnotations();
    String made = annotations == null ? null : annotations.get(SQL_DIGEST);
    String sql = transaction.getSpec().sql();
    return sql == null || !digest(sql).equals(made);
  }

  /** A name's beginning that is a name, too. */
  private static String cut(String name, int length) {
    return name.length() <= length
        ? name
        : name.substring(0, length).replaceFirst("[^A-Za-z0-9]+$", "");
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
