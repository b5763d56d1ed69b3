package io.iasql.engine.catalog;

import java.util.List;

/**
 * What the engine knows of one component of a module's record.
 *
 * @param name the component in snake case: the property in every JSON image
 * @param sqlName the table's column; for {@link Kind#REFERENCE} the foreign key's column, for
 *     {@link Kind#CHILDREN} empty
 * @param kind how values are compared and stored
 * @param key part of the cloud key
 * @param identity part of the identity that people choose
 * @param replaces a change replaces the resource
 * @param assigned set by the cloud
 * @param local known to the database alone
 * @param writeOnly never given back by the cloud
 * @param unordered a list whose order means nothing
 * @param target the referenced record for a reference, the child record for children, else null
 * @param childTable the child table, else an empty string
 * @param ownerColumn the child table's column that points at the owner, else an empty string
 * @param refersTo the records whose assigned key may stand in this text column
 * @param appliedAfter the records that must be in place before the value can be set
 */
public record Column(
    String name,
    String sqlName,
    Kind kind,
    boolean key,
    boolean identity,
    boolean replaces,
    boolean assigned,
    boolean local,
    boolean writeOnly,
    boolean unordered,
    Class<? extends Record> target,
    String childTable,
    String ownerColumn,
    List<Class<? extends Record>> refersTo,
    List<Class<? extends Record>> appliedAfter) {

  /** How a value is compared and stored. */
  public enum Kind {
    VALUE,
    JSON,
    POLICY,
    TAGS,
    LIST,
    REFERENCE,
    CHILDREN
  }

  /** Whether the cloud cannot change this column in place. */
  public boolean forcesReplacement() {
    return replaces || identity || (key && !assigned);
  }

  /** Whether people's edits of this column are sent to the cloud. */
  public boolean isDesired() {
    return !assigned && !local;
  }
}
