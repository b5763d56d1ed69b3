package io.iasql.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.InvalidTransactionException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class SqlErrorsTest {
  private static final String SQL = "SELECT reverse(iasql_parameter('pin'))::int";
  private static final Optional<SqlStatements.Statement> CULPRIT =
      SqlStatements.of(SQL).stream().findFirst();

  private static PSQLException error(String state) {
    return new PSQLException(
        new ServerErrorMessage(
            String.join(
                "\0",
                "SERROR",
                "C" + state,
                "Mterces",
                "Dterces 1",
                "Hterces 2",
                "Wterces 3",
                "")));
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void shouldSayWhatPostgresqlSays() {
    assertThat(SqlErrors.ofUserSql(error("22P02"), SQL, CULPRIT))
        .hasMessageContaining("terces (terces 1) [SQLSTATE 22P02] in the statement at line 1")
        .hasMessageContaining("terces 2");
  }

  @Test
  void shouldSayOfSqlWithSecretsNothingThatTheSqlDecidesOn() {
    RuntimeException error = SqlErrors.ofSecretSql(error("22P02"), SQL, CULPRIT, Optional.empty());

    assertThat(error)
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessage(
            "PostgreSQL refuses the SQL [SQLSTATE 22P02] in the statement at line 1, column 1:"
                + " SELECT reverse(iasql_parameter('…'))::int. What PostgreSQL says is not shown,"
                + " because the SQL has values of Secrets and could put them there in any form. To"
                + " read it, run the SQL with made-up values in spec.parameters instead of"
                + " spec.parametersFrom");
    assertThat(stackTrace(error)).doesNotContain("terces");
  }

  @Test
  void shouldKeepWhatIsKnownWithoutPostgresql() {
    assertThat(SqlErrors.ofSecretSql(error("42501"), SQL, CULPRIT, Optional.empty()))
        .hasMessageContaining("Transactions run as iasql_user");
    assertThat(SqlErrors.ofSecretSql(error("42P02"), SQL, CULPRIT, Optional.of("there is no pin")))
        .hasMessageStartingWith("there is no pin [SQLSTATE 42P02] in the statement at line 1")
        .hasMessageNotContaining("terces");
  }

  @Test
  void shouldTellACollisionByItsStateAlone() {
    RuntimeException error = SqlErrors.ofSecretSql(error("40001"), SQL, CULPRIT, Optional.empty());

    assertThat(error).isInstanceOf(UnavailableException.class);
    assertThat(SqlErrors.sqlCause(error).getSQLState()).isEqualTo("40001");
    assertThat(stackTrace(error)).doesNotContain("terces");
  }
}
