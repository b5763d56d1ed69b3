package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Power;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUser.Access;
import io.iasql.engine.login.DatabaseUsers;
import io.iasql.engine.login.LoginException;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people may do who log in to a database themselves. */
class DatabaseUsersIT {
  private static final String FORBIDDEN = "42501";
  private static final String MAY_NOT_LOG_IN = "28000";
  private static final DatabaseUser WENDY = new DatabaseUser("wendy", Access.WRITER, "pass-w");
  private static final DatabaseUser RITA = new DatabaseUser("rita", Access.READER, "pass-r");

  private static TestEnvironment env;

  @BeforeAll
  static void start() {
    env = TestEnvironment.fresh();
    env.commit(
        "INSERT INTO bucket (name) VALUES ('assets');"
            + " INSERT INTO queue (name) VALUES ('jobs')");
    // As the loopback has one: nobody else may read its password.
    env.execute(
        "CREATE FOREIGN DATA WRAPPER hidden; CREATE SERVER hidden FOREIGN DATA WRAPPER hidden;"
            + " CREATE USER MAPPING FOR CURRENT_USER SERVER hidden OPTIONS (password 'x')");
    env.engine().setUsers(List.of(WENDY, RITA));
  }

  @AfterAll
  static void stop() {
    env.close();
  }

  private static String role(TestEnvironment environment, DatabaseUser user) {
    return DatabaseUsers.roleName(environment.database(), user.name());
  }

  private static Connection connect(TestEnvironment environment, DatabaseUser user)
      throws SQLException {
    return TestServer.dataSource(role(environment, user), environment.database()).getConnection();
  }

  private static List<String> run(Connection connection, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          while (rows.next()) {
            values.add(rows.getString(1));
          }
        }
      }
    }
    return values;
  }

  private static List<String> as(DatabaseUser user, String sql) throws SQLException {
    try (Connection connection = connect(env, user)) {
      return run(connection, sql);
    }
  }

  private static void assertRefused(String state, ThrowingSql sql) {
    SQLException refusal = catchThrowableOfType(SQLException.class, sql::run);
    assertThat((Throwable) refusal).as("refusal").isNotNull();
    assertThat(refusal.getSQLState()).as(refusal.getMessage()).isEqualTo(state);
  }

  private interface ThrowingSql {
    void run() throws SQLException;
  }

  @Test
  void aWriterChangesRowsAndIsNamedInTheAuditLog() throws SQLException {
    as(WENDY, "INSERT INTO queue (name) VALUES ('written')");
    as(WENDY, "UPDATE queue SET visibility = 7 WHERE name = 'written'");
    as(WENDY, "DELETE FROM queue WHERE name = 'written'");

    assertThat(
            env.query(
                "SELECT change_type::text FROM iasql_audit_log WHERE \"user\" = '"
                    + role(env, WENDY)
                    + "' AND table_name = 'queue' AND change::text LIKE '%written%' ORDER BY id"))
        .containsExactly("INSERT", "UPDATE", "DELETE");
  }

  @Test
  void aSearchPathOfTheirOwnHidesNothingFromTheAuditLog() throws SQLException {
    as(
        WENDY,
        "SET search_path = nowhere, pg_temp;"
            + " UPDATE public.bucket SET size = 31 WHERE name = 'assets'");

    assertThat(
            env.value(
                "SELECT count(*)::text FROM iasql_audit_log WHERE \"user\" = '"
                    + role(env, WENDY)
                    + "' AND change::text LIKE '%31%'"))
        .isEqualTo("1");
  }

  @Test
  void aReaderReadsRowsAndBookkeeping() throws SQLException {
    assertThat(as(RITA, "SELECT name FROM bucket")).containsExactly("assets");
    assertThat(as(RITA, "SELECT name FROM queue")).contains("jobs");
    assertThat(as(RITA, "SELECT count(*) FROM iasql_audit_log")).hasSize(1);
    assertThat(as(RITA, "SELECT split_part(name, '@', 1) FROM iasql_module ORDER BY 1"))
        .containsExactly("fake_app", "fake_net");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INSERT INTO bucket (name) VALUES ('mine')
          UPDATE bucket SET size = 1
          DELETE FROM bucket
          SELECT * FROM bucket FOR UPDATE
          SELECT nextval('queue_id_seq')
          SELECT setval('queue_id_seq', 1)
          DO $$ BEGIN DELETE FROM bucket; END $$
          """)
  void aReaderWritesNothing(String sql) {
    assertRefused(FORBIDDEN, () -> as(RITA, sql));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE TABLE mine (x int)
          CREATE TABLE iasql.mine (x int)
          CREATE TEMP TABLE mine (x int)
          CREATE TEMP VIEW mine AS SELECT 1
          SELECT 1 AS x INTO TEMP mine
          CREATE SCHEMA mine
          CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'
          CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'
          CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)
          CREATE TYPE public.mine AS (x int)
          CREATE TRIGGER mine AFTER INSERT ON bucket EXECUTE FUNCTION suppress_redundant_updates_trigger()
          CREATE RULE mine AS ON DELETE TO bucket DO INSTEAD NOTHING
          CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION public.iasql_audit()
          CREATE EXTENSION postgres_fdw
          CREATE SERVER mine FOREIGN DATA WRAPPER hidden
          CREATE PUBLICATION mine
          CREATE ROLE mine
          ALTER ROLE CURRENT_USER SUPERUSER
          ALTER ROLE CURRENT_USER CREATEROLE
          ALTER ROLE CURRENT_USER CONNECTION LIMIT 1000
          GRANT iasql_user TO CURRENT_USER
          GRANT pg_read_server_files TO CURRENT_USER
          SET ROLE postgres
          SET ROLE iasql_user
          SET SESSION AUTHORIZATION postgres
          SELECT set_config('role', 'postgres', false)
          DROP OWNED BY iasql_user
          DROP OWNED BY postgres
          REASSIGN OWNED BY iasql_user TO CURRENT_USER
          ALTER SYSTEM SET work_mem = '1GB'
          SET session_replication_role = replica
          COPY bucket TO '/tmp/iasql-stolen'
          COPY bucket FROM '/etc/passwd'
          COPY bucket TO PROGRAM 'cat'
          COPY bucket FROM PROGRAM 'echo x'
          SELECT pg_read_file('/etc/passwd')
          SELECT pg_read_binary_file('/etc/passwd')
          SELECT pg_ls_dir('.')
          SELECT lo_import('/etc/passwd')
          SELECT lo_export(1, '/tmp/iasql-stolen')
          SELECT * FROM pg_authid
          SELECT * FROM pg_user_mapping
          SELECT * FROM pg_hba_file_rules
          SELECT * FROM iasql.plan
          SELECT * FROM iasql.hash_key
          SELECT * FROM iasql.transaction
          SELECT iasql.run_as_user('SELECT 1')
          SELECT iasql.masked('bucket', '{}')
          SELECT public.iasql_audit()
          ALTER FUNCTION iasql.run_as_user(text) SET search_path = pg_temp
          ALTER FUNCTION public.iasql_audit() SET search_path = pg_temp
          DROP FUNCTION public.iasql_audit() CASCADE
          ALTER TABLE bucket DISABLE TRIGGER ALL
          ALTER TABLE bucket OWNER TO CURRENT_USER
          DROP TABLE bucket
          TRUNCATE bucket
          INSERT INTO iasql_audit_log (ts, "user", table_name, change_type, change) VALUES (now(), 'x', 'x', 'INSERT', '{}')
          UPDATE iasql_audit_log SET "user" = 'somebody else'
          DELETE FROM iasql_audit_log
          INSERT INTO iasql_module VALUES ('x')
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'
          """)
  void nobodyGoesBeyondTheRows(String sql) {
    assertRefused(FORBIDDEN, () -> as(WENDY, sql));
    assertRefused(FORBIDDEN, () -> as(RITA, sql));
  }

  @Test
  void nobodyReadsThePasswordOfAUserMapping() throws SQLException {
    String options =
        "SELECT array_to_string(umoptions, ',') FROM pg_user_mappings WHERE srvname = 'hidden'";

    assertThat(env.query(options)).containsExactly("password=x");
    assertThat(as(WENDY, options)).containsExactly((String) null);
    assertThat(as(RITA, options)).containsExactly((String) null);
  }

  @Test
  void nobodyMakesAReaderAWriterByItsComment() {
    for (DatabaseUser user : List.of(WENDY, RITA)) {
      assertRefused(
          FORBIDDEN,
          () ->
              as(
                  user,
                  "COMMENT ON ROLE \"" + role(env, RITA) + "\" IS 'IaSQL: writer of database'"));
    }
  }

  @Test
  void whatAUserOwnsIsNothingThatOthersNeed() throws SQLException {
    try (TestEnvironment own = TestEnvironment.fresh()) {
      own.engine().setUsers(List.of(WENDY, RITA));
      try (Connection wendy = connect(own, WENDY);
          Connection rita = connect(own, RITA)) {
        run(wendy, "DROP OWNED BY CURRENT_USER CASCADE");
        run(rita, "DROP OWNED BY CURRENT_USER CASCADE");

        own.commit("INSERT INTO bucket (name) VALUES ('still-works')");
        assertThat(run(wendy, "SELECT name FROM bucket")).containsExactly("still-works");
        assertThat(run(rita, "SELECT name FROM bucket")).containsExactly("still-works");
      }
    }
  }

  @Test
  void nobodyEntersTheDatabaseOfAnotherEnvironment() {
    try (TestEnvironment other = TestEnvironment.fresh()) {
      assertRefused(
          FORBIDDEN,
          () -> TestServer.dataSource(role(env, WENDY), other.database()).getConnection().close());

      other.engine().setUsers(List.of(WENDY));
      assertRefused(
          FORBIDDEN,
          () -> TestServer.dataSource(role(env, WENDY), other.database()).getConnection().close());
      assertRefused(
          FORBIDDEN,
          () -> TestServer.dataSource(role(other, WENDY), env.database()).getConnection().close());
    }
  }

  @Test
  void whoIsTakenOutLosesSessionsAndLoginAndGetsThemBack() throws SQLException {
    try (TestEnvironment own = TestEnvironment.fresh()) {
      own.engine().setUsers(List.of(WENDY, RITA));
      try (Connection wendy = connect(own, WENDY);
          Connection rita = connect(own, RITA)) {
        own.engine().setUsers(List.of(RITA));

        assertThatThrownBy(() -> run(wendy, "SELECT 1")).isInstanceOf(SQLException.class);
        assertThat(run(rita, "SELECT 'alive'")).containsExactly("alive");
      }
      assertRefused(MAY_NOT_LOG_IN, () -> connect(own, WENDY).close());
      assertThat(
              own.query(
                  "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = '"
                      + role(own, WENDY)
                      + "'"))
          .isEmpty();

      own.engine().setUsers(List.of(WENDY));
      try (Connection wendy = connect(own, WENDY)) {
        assertThat(run(wendy, "SELECT * FROM bucket")).isEmpty();
      }
      assertRefused(MAY_NOT_LOG_IN, () -> connect(own, RITA).close());
    }
  }

  @Test
  void anotherRoleCountsInOpenSessionsToo() throws SQLException {
    try (TestEnvironment own = TestEnvironment.fresh()) {
      own.engine().setUsers(List.of(WENDY));
      try (Connection wendy = connect(own, WENDY)) {
        run(wendy, "INSERT INTO memo (words) VALUES ('one')");

        own.engine().setUsers(List.of(new DatabaseUser("wendy", Access.READER, "pass-w")));
        assertThat(run(wendy, "SELECT words FROM memo")).containsExactly("one");
        assertRefused(FORBIDDEN, () -> run(wendy, "INSERT INTO memo (words) VALUES ('two')"));

        own.engine().setUsers(List.of(WENDY));
        run(wendy, "INSERT INTO memo (words) VALUES ('two')");
      }
    }
  }

  @Test
  void tablesOfModulesInstalledLaterAreOpenToo() throws SQLException {
    try (TestEnvironment own =
        new TestEnvironment(TestServer.emptyDatabase(), new FakeAccount(), Power.lasting())) {
      own.engine().prepare(List.of("fake_net"));
      own.engine().setUsers(List.of(WENDY, RITA));
      try (Connection wendy = connect(own, WENDY);
          Connection rita = connect(own, RITA)) {
        assertRefused("42P01", () -> run(rita, "SELECT * FROM bucket"));

        own.engine().prepare(FakeModules.NAMES);

        run(wendy, "INSERT INTO queue (name) VALUES ('jobs')");
        assertThat(run(rita, "SELECT name FROM queue")).containsExactly("jobs");
        assertRefused(FORBIDDEN, () -> run(rita, "DELETE FROM queue"));
      }
    }
  }

  @Test
  void theSamePeopleTwiceChangeNoRights() {
    String rights =
        "SELECT coalesce(relacl::text, '') || xmin::text FROM pg_class"
            + " WHERE relnamespace = 'public'::regnamespace ORDER BY relname";
    List<String> before = env.query(rights);

    env.engine().setUsers(List.of(WENDY, RITA));

    assertThat(env.query(rights)).isEqualTo(before);
  }

  @Test
  void postgresqlKeepsAHashOfThePassword() {
    try (TestEnvironment own = TestEnvironment.fresh()) {
      String stored =
          "SELECT rolpassword FROM pg_authid WHERE rolname = '" + role(own, WENDY) + "'";
      own.engine().setUsers(List.of(WENDY));
      String first = own.value(stored);

      own.engine().setUsers(List.of(new DatabaseUser("wendy", Access.WRITER, "another")));

      assertThat(first).startsWith("SCRAM-SHA-256$");
      assertThat(own.value(stored)).startsWith("SCRAM-SHA-256$").isNotEqualTo(first);
    }
  }

  @Test
  void rolesHaveNoMoreThanTheyNeed() {
    assertThat(
            env.query(
                "SELECT concat_ws(' ', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole,"
                    + " rolreplication, rolbypassrls, rolconnlimit) FROM pg_roles WHERE rolname IN ('"
                    + role(env, WENDY)
                    + "', '"
                    + role(env, RITA)
                    + "')"))
        .hasSize(2)
        .containsOnly("t f f f f f 50");
  }

  @Test
  void aRoleOfSomebodyElseIsLeftAlone() {
    try (TestEnvironment own = TestEnvironment.fresh()) {
      String role = "\"" + role(own, WENDY) + "\"";
      own.execute("CREATE ROLE " + role + " NOLOGIN SUPERUSER");
      try {
        assertThatThrownBy(() -> own.engine().setUsers(List.of(RITA, WENDY)))
            .isInstanceOf(LoginException.class)
            .hasMessageContaining(role)
            .hasMessageContaining("choose another name");

        assertThat(
                own.query(
                    "SELECT concat_ws(' ', rolname, rolcanlogin, rolpassword) FROM pg_authid"
                        + " WHERE rolname LIKE '"
                        + own.database()
                        + ".%'"))
            .containsExactly(role(own, WENDY) + " f");
      } finally {
        own.execute("DROP ROLE " + role);
      }
    }
  }

  /** As an external database's owner is: it may create roles, and is no superuser. */
  @Test
  void anOwnerWhoIsNoSuperuserLetsPeopleInAndOut() throws Exception {
    try (Owned owned = new Owned()) {
      owned.install();
      String role = DatabaseUsers.roleName(owned.database, "wendy");
      owned.users().set(List.of(WENDY));
      try (Connection wendy = TestServer.dataSource(role, owned.database).getConnection()) {
        run(wendy, "INSERT INTO memo (words) VALUES ('one')");
        assertRefused(FORBIDDEN, () -> run(wendy, "CREATE TEMP TABLE mine (x int)"));
        assertRefused(FORBIDDEN, () -> run(wendy, "SET ROLE " + owned.owner));

        owned.users().set(List.of());

        assertThatThrownBy(() -> run(wendy, "SELECT 1")).isInstanceOf(SQLException.class);
      }
      assertRefused(
          MAY_NOT_LOG_IN, () -> TestServer.dataSource(role, owned.database).getConnection());
      assertThat(
              env.query(
                  "SELECT m.admin_option::text FROM pg_auth_members m JOIN pg_roles r"
                      + " ON r.oid = m.roleid WHERE r.rolname = '"
                      + role
                      + "' AND m.inherit_option"))
          .as("memberships taken to end sessions")
          .isEmpty();

      owned.users().set(List.of(new DatabaseUser("wendy", Access.READER, "pass-2")));
      try (Connection wendy = TestServer.dataSource(role, owned.database).getConnection()) {
        assertThat(run(wendy, "SELECT words FROM memo")).containsExactly("one");
      }
    }
  }

  @Test
  void anOwnerWhoMayNotCreateRolesIsToldSo() throws Exception {
    try (Owned owned = new Owned()) {
      owned.install();
      env.execute("ALTER ROLE " + owned.owner + " NOCREATEROLE");

      assertThatThrownBy(() -> owned.users().set(List.of(WENDY)))
          .isInstanceOf(LoginException.class)
          .hasMessageContaining("permission denied to create role")
          .hasMessageContaining("CREATEROLE");
    }
  }

  /** A database whose owner is no superuser. */
  private static final class Owned implements AutoCloseable {
    private final String database = TestServer.emptyDatabase();
    private final String owner = "owner_of_" + database;
    private final javax.sql.DataSource source = TestServer.dataSource(owner, database);

    Owned() {
      env.execute("CREATE ROLE " + owner + " LOGIN CREATEROLE");
      // The role of all environments was made by another owner.
      env.execute("GRANT iasql_user TO " + owner + " WITH ADMIN OPTION");
      env.execute("ALTER DATABASE " + database + " OWNER TO " + owner);
    }

    void install() {
      Installer installer = new Installer(TestServer.database(source), FakeModules.all());
      installer.migrate();
      installer.install(FakeModules.NAMES);
    }

    DatabaseUsers users() {
      return new DatabaseUsers(Jdbis.over(source));
    }

    @Override
    public void close() {
      TestServer.drop(database);
      for (String role :
          env.query("SELECT rolname FROM pg_roles WHERE rolname LIKE '" + database + ".%'")) {
        env.execute("DROP ROLE \"" + role + "\"");
      }
      env.execute("DROP ROLE " + owner);
    }
  }
}
