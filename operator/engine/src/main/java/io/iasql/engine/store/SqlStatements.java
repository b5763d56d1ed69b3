package io.iasql.engine.store;

import java.util.ArrayList;
import java.util.List;

/**
 * A text cut into its statements, for naming the one that failed and nothing else: what runs is the
 * whole text, and PostgreSQL alone decides what it means. Lexical rules: PostgreSQL manual,
 * "Lexical Structure".
 */
public final class SqlStatements {

  /**
   * One statement.
   *
   * @param start where it begins in the text
   * @param text its text, without the semicolon
   */
  public record Statement(int start, String text) {}

  private final String sql;
  private final List<Statement> statements = new ArrayList<>();
  private int at;
  private int start;

  private SqlStatements(String sql) {
    this.sql = sql;
  }

  /** The statements of a text; empty ones are left out. */
  public static List<Statement> of(String sql) {
    SqlStatements cutter = new SqlStatements(sql);
    cutter.cut();
    return cutter.statements;
  }

  private void cut() {
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == ';') {
        end();
      } else if (c == '\'') {
        string(isEscapeString());
      } else if (c == '"') {
        skipTo("\"", at + 1);
      } else if (sql.startsWith("--", at)) {
        skipTo("\n", at);
      } else if (sql.startsWith("/*", at)) {
        comment();
      } else if (c == '$') {
        dollars();
      } else {
        at++;
      }
    }
    end();
  }

  private void end() {
    int first = firstWord(start);
    if (first < at) {
      statements.add(new Statement(first, sql.substring(first, at)));
    }
    at++;
    start = at;
  }

  /** Passes over white space and comments. */
  private int firstWord(int from) {
    int here = from;
    while (here < at) {
      if (Character.isWhitespace(sql.charAt(here))) {
        here++;
      } else if (sql.startsWith("--", here)) {
        int line = sql.indexOf('\n', here);
        here = line < 0 ? at : line + 1;
      } else if (sql.startsWith("/*", here)) {
        int close = sql.indexOf("*/", here);
        here = close < 0 ? at : close + 2;
      } else {
        return here;
      }
    }
    return at;
  }

  private boolean isEscapeString() {
    boolean marked = at > 0 && (sql.charAt(at - 1) == 'E' || sql.charAt(at - 1) == 'e');
    return marked && (at == 1 || !isNamePart(sql.charAt(at - 2)));
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private void string(boolean escapes) {
    at++;
    while (at < sql.length() && sql.charAt(at) != '\'') {
      at += escapes && sql.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipTo(String end, int from) {
    int close = sql.indexOf(end, from);
    at = close < 0 ? sql.length() : close + end.length();
  }

  private void comment() {
    int depth = 0;
    do {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0 && at < sql.length());
  }

  private void dollars() {
    int close = at + 1;
    while (close < sql.length() && isNamePart(sql.charAt(close)) && sql.charAt(close) != '$') {
      close++;
    }
    boolean opens =
        close < sql.length()
            && sql.charAt(close) == '$'
            && (at == 0 || !isNamePart(sql.charAt(at - 1)))
            && !Character.isDigit(sql.charAt(at + 1));
    if (opens) {
      String tag = sql.substring(at, close + 1);
      skipTo(tag, close + 1);
    } else {
      at++;
    }
  }
}
