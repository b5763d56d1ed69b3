package io.iasql.engine.login;

import io.iasql.engine.login.DatabaseUser.Access;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Sql;
import io.iasql.engine.store.SqlErrors;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.postgresql.util.PasswordUtil;

/**
 * The roles of the people who log in to one database.
 *
 * <p>Roles belong to the whole server, so a role's name begins with the database's, and its comment
 * says that it is ours and what it may do. A role gets the rights of {@code iasql_user} one by one
 * instead of becoming a member: a member could {@code DROP OWNED BY iasql_user}, and with it the
 * function that runs everybody's transactions.
 */
public final class DatabaseUsers {
  private static final int MAX_SESSIONS = 50;
  private static final String COMMENT = "IaSQL: %s of database %s";
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  // What a role's rights are compared by. Rights on columns are given to nobody.
  private static final String RIGHTS =
      """
      WITH object (kind, name, acl) AS (
        SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
               format('%I.%I', 'public', relname), relacl
          FROM pg_class
         WHERE relnamespace = 'public'\\:\\:regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT 'ROUTINE', oid\\:\\:regprocedure\\:\\:text, proacl
          FROM pg_proc WHERE pronamespace = 'public'\\:\\:regnamespace
        UNION ALL
        SELECT 'SCHEMA', quote_ident(nspname), nspacl FROM pg_namespace WHERE nspname = 'public'),
      granted (kind, name, role, privilege) AS (
        SELECT o.kind, o.name, a.grantee, a.privilege_type FROM object o, aclexplode(o.acl) a),
      login (role, access) AS (
        SELECT oid, CASE WHEN rolcanlogin THEN CASE shobj_description(oid, 'pg_authid')
                 WHEN :writer THEN 'WRITER' WHEN :reader THEN 'READER' END END
          FROM pg_roles WHERE shobj_description(oid, 'pg_authid') IN (:writer, :reader)),
      wanted (kind, name, role, privilege) AS (
        SELECT g.kind, g.name, l.role, g.privilege
          FROM granted g JOIN login l
            ON l.access = 'WRITER' OR l.access = 'READER'
               AND (g.privilege = 'SELECT' OR g.kind = 'SCHEMA')
         WHERE g.role = 'iasql_user'\\:\\:regrole),
      present (kind, name, role, privilege) AS (
        SELECT g.kind, g.name, g.role, g.privilege FROM granted g JOIN login l USING (role))
      SELECT format('GRANT %s ON %s %s TO %s', privilege, kind, name, role\\:\\:regrole)
        FROM (TABLE wanted EXCEPT TABLE present) missing
      UNION ALL
      SELECT format('REVOKE %s ON %s %s FROM %s', privilege, kind, name, role\\:\\:regrole)
        FROM (TABLE present EXCEPT TABLE wanted) surplus
      """;

  private final Jdbi jdbi;

  /**
   * @param jdbi connects as the database's owner, who may create roles
   */
  public DatabaseUsers(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** The role of a user: {@code infra.staging.alice}. */
  public static String roleName(String database, String user) {
    return Sql.fitting(database + "." + user);
  }

  /**
   * Lets these people log in, and nobody else whom it once let in: the sessions of those are ended.
   * Their roles stay, without rights, because the audit log names them.
   *
   * @throws LoginException when PostgreSQL does not let the owner do so, or a role of that name is
   *     somebody else's
   */
  public void set(Collection<DatabaseUser> users) {
    try {
      List<String> ended = jdbi.inTransaction(handle -> set(handle, users));
      if (!ended.isEmpty()) {
        jdbi.useTransaction(handle -> endSessions(handle, ended));
      }
    } catch (JdbiException e) {
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause != null && INSUFFICIENT_PRIVILEGE.equals(cause.getSQLState())) {
        throw new LoginException(
            "The owner of the database may not make logins for people: "
                + cause.getMessage()
                + " [SQLSTATE 42501]. Let it create roles: ALTER ROLE ... CREATEROLE.",
            e);
      }
      throw e;
    }
  }

  /**
   * Gives the logins the rights on what the database has now; part of a PostgreSQL transaction that
   * holds the {@linkplain Installer#lock lock of installations}.
   */
  public static void grant(Handle handle) {
    String database = database(handle);
    handle.execute("SET LOCAL search_path = pg_catalog, pg_temp");
    handle
        .createQuery(RIGHTS)
        .bind("writer", comment(Access.WRITER, database))
        .bind("reader", comment(Access.READER, database))
        .mapTo(String.class)
        .list()
        .forEach(handle::execute);
  }

  private static List<String> set(Handle handle, Collection<DatabaseUser> users) {
    Installer.lock(handle);
    String database = database(handle);
    String quoted = Sql.quote(database);
    Set<String> surplus = roles(handle, database);
    for (DatabaseUser user : users) {
      String role = roleName(database, user.name());
      surplus.remove(role);
      create(handle, role, database);
      String name = Sql.quote(role);
      handle.execute(
          "COMMENT ON ROLE " + name + " IS " + literal(handle, comment(user.access(), database)));
      // Hashed here: PostgreSQL may log statements, and shows them in pg_stat_activity.
      String hash = PasswordUtil.encodeScramSha256(user.password().toCharArray());
      handle.execute(
          "ALTER ROLE %s LOGIN CONNECTION LIMIT %d PASSWORD %s"
              .formatted(name, MAX_SESSIONS, literal(handle, hash)));
      handle.execute("GRANT CONNECT ON DATABASE " + quoted + " TO " + name);
    }
    for (String role : surplus) {
      handle.execute("ALTER ROLE " + Sql.quote(role) + " NOLOGIN");
      handle.execute("REVOKE CONNECT ON DATABASE " + quoted + " FROM " + Sql.quote(role));
    }
    grant(handle);
    return List.copyOf(surplus);
  }

  /** The roles of this database's people, of those too that may no longer log in. */
  private static Set<String> roles(Handle handle, String database) {
    return handle
        .createQuery(
            "SELECT rolname FROM pg_catalog.pg_roles"
                + " WHERE pg_catalog.shobj_description(oid, 'pg_authid') = ANY (:comments)")
        .bindArray("comments", String.class, comments(database))
        .mapTo(String.class)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void create(Handle handle, String role, String database) {
    Optional<String> known =
        handle
            .createQuery(
                "SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_authid'), '')"
                    + " FROM pg_catalog.pg_roles WHERE rolname = :role")
            .bind("role", role)
            .mapTo(String.class)
            .findOne();
    if (known.isEmpty()) {
      handle.execute(
          "CREATE ROLE "
              + Sql.quote(role)
              + " NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS");
    } else if (!comments(database).contains(known.get())) {
      throw new LoginException(
          "PostgreSQL has a role "
              + Sql.quote(role)
              + " that was not made for a user of this Environment: rename it, or choose another"
              + " name for the user.",
          null);
    }
  }

  private static void endSessions(Handle handle, List<String> roles) {
    boolean superuser =
        handle
            .createQuery("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
            .mapTo(Boolean.class)
            .one();
    for (String role : roles) {
      // Others than superusers end sessions of roles that they are members of.
      if (!superuser) {
        handle.execute("GRANT " + Sql.quote(role) + " TO CURRENT_USER");
      }
      handle
          .createQuery(
              "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
                  + " WHERE usename = :role")
          .bind("role", role)
          .mapTo(Boolean.class)
          .list();
      if (!superuser) {
        handle.execute("REVOKE " + Sql.quote(role) + " FROM CURRENT_USER");
      }
    }
  }

  private static String database(Handle handle) {
    return handle.createQuery("SELECT current_database()").mapTo(String.class).one();
  }

  private static Set<String> comments(String database) {
    return Set.of(comment(Access.READER, database), comment(Access.WRITER, database));
  }

  private static String comment(Access access, String database) {
    return COMMENT.formatted(access.name().toLowerCase(Locale.ROOT), database);
  }

  private static String literal(Handle handle, String text) {
    return handle
        .createQuery("SELECT pg_catalog.quote_literal(:text)")
        .bind("text", text)
        .mapTo(String.class)
        .one();
  }
}
