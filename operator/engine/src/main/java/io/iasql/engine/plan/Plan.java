package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.store.RowKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a transaction would do to the account: reviewed, approved by its id, and executed as it
 * stands or not at all.
 *
 * @param id {@code plan-<environment>-<12 hex digits of the digest>}
 * @param digest the whole SHA-256 in hex
 * @param createdAt when it was made
 * @param actions what is done, in the order in which people read it; empty when nothing changes
 * @param tables every table that the plan changes or that its outcome depends on
 * @param guards the fingerprint of the guards that it keeps to
 */
public record Plan(
    String id,
    String digest,
    Instant createdAt,
    List<Action> actions,
    Set<String> tables,
    String guards) {

  /** The kinds of action, as the original named them. */
  public enum Kind {
    CREATE,
    UPDATE,
    REPLACE,
    DELETE
  }

  /**
   * A changed column.
   *
   * @param name the column in snake case
   * @param before the value in the cloud, JSON null when there is none
   * @param after the wanted value, JSON null when there is none
   * @param knownAfterCommit whether the wanted value names a resource that does not exist yet
   */
  public record Change(String name, JsonNode before, JsonNode after, boolean knownAfterCommit) {}

  /**
   * One action on one resource.
   *
   * @param kind what is done
   * @param row the root row
   * @param id the row's integer id as text, or an empty string (the original's column)
   * @param description the cloud key's values joined with {@code |}, else the primary key
   * @param region where it is done
   * @param changes the changed columns; for a creation the given ones; none for a deletion
   * @param note what a reviewer should know besides, or an empty string: drift, a forced
   *     replacement
   * @param calls whether the cloud is called at all
   * @param stable the identity that the digest uses
   * @param before the resource in the cloud as the module's record, or null for a creation
   * @param rowBefore the row's image before, or null for a new row
   * @param wanted the row's image after, or null for a deletion
   * @param deleteFirst for a replacement, whether the old one must go before the new one comes
   * @param comesAlong for a replacement, whether the cloud makes the new one and takes the old one
   *     away along with the resource it belongs to
   * @param part whether it is a part of another resource
   * @param dependants for a deletion or replacement, the first of the resources that refer to the
   *     row by foreign key, and last {@code +12 more} where there are more
   */
  public record Action(
      Kind kind,
      RowKey row,
      String id,
      String description,
      String region,
      List<Change> changes,
      String note,
      boolean calls,
      String stable,
      ObjectNode before,
      ObjectNode rowBefore,
      ObjectNode wanted,
      boolean deleteFirst,
      boolean comesAlong,
      boolean part,
      List<String> dependants) {

    /** Whether the resource is new after this action. */
    public boolean creates() {
      return kind == Kind.CREATE || kind == Kind.REPLACE;
    }

    /** Whether a resource is gone after this action. */
    public boolean deletes() {
      return kind == Kind.DELETE || kind == Kind.REPLACE;
    }
  }

  /** How many actions of each kind. */
  public record Summary(int create, int update, int replace, int delete) {
    /** {@code +1 ~2 ±0 -0}. */
    public String text() {
      return "+" + create + " ~" + update + " ±" + replace + " -" + delete;
    }

    /** How many resources are gone afterwards, or others. */
    public int deletes() {
      return replace + delete;
    }

    /** All actions. */
    public int total() {
      return create + update + replace + delete;
    }
  }

  /** The plan in four numbers. */
  public Summary summary() {
    return new Summary(
        count(Kind.CREATE), count(Kind.UPDATE), count(Kind.REPLACE), count(Kind.DELETE));
  }

  private int count(Kind kind) {
    return (int) actions.stream().filter(a -> a.kind() == kind).count();
  }
}
