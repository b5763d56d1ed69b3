package io.iasql.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.aws.account.AccountModule;
import io.iasql.peers.PostgresPeer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaIT {
  private static Connection connection;

  @BeforeAll
  static void start() throws SQLException {
    PostgresPeer server = PostgresPeer.shared();
    connection = server.dataSource(server.newDatabase()).getConnection();
    run(new AccountModule().schema());
    run("INSERT INTO aws_regions (region) VALUES ('us-east-1'), ('eu-west-1'), ('eu-central-1')");
    run("INSERT INTO aws_regions (region, is_enabled) VALUES ('cn-north-1', false)");
    run(new S3Module().schema());
    connection.setAutoCommit(false);
  }

  @AfterAll
  static void stop() throws SQLException {
    connection.close();
  }

  @BeforeEach
  void insertBuckets() throws SQLException {
    run("INSERT INTO bucket (name) VALUES ('near')");
    run("INSERT INTO bucket (name, region) VALUES ('far', 'eu-central-1'), ('old', 'eu-west-1')");
    run("INSERT INTO bucket (name, region) VALUES ('off', 'cn-north-1')");
  }

  @AfterEach
  void rollback() throws SQLException {
    connection.rollback();
  }

  @Test
  void givesWebsiteEndpoints() throws SQLException {
    assertThat(
            rows(
                "SELECT get_bucket_website_endpoint(n)"
                    + " FROM unnest(array['near', 'far', 'old', 'off', 'none']) n"))
        .containsExactly(
            "near.s3-website-us-east-1.amazonaws.com",
            "far.s3-website.eu-central-1.amazonaws.com",
            "old.s3-website-eu-west-1.amazonaws.com",
            "off.s3-website.cn-north-1.amazonaws.com.cn",
            "null");
  }

  @Test
  void keepsNameAndRegion() throws SQLException {
    assertThatThrownBy(() -> run("UPDATE bucket SET name = 'n' WHERE name = 'near'"))
        .hasMessageContaining("name and the region of bucket \"near\"");
    rollback();
    insertBuckets();
    run("INSERT INTO bucket_object (key, bucket_name, content) VALUES ('k', 'near', 'x')");
    assertThatThrownBy(() -> run("UPDATE bucket_object SET key = 'l'"))
        .hasMessageContaining("object \"k\"");
  }

  @Test
  void putsObjectsWhereTheirBucketsAre() throws SQLException {
    run("INSERT INTO bucket_object (key, bucket_name, content) VALUES ('k', 'far', 'x')");

    assertThat(rows("SELECT region FROM bucket_object")).containsExactly("eu-central-1");
  }

  @Test
  void uploadsObjects() throws SQLException {
    String ok = "far|k|OK|Bucket content will be updated with the commit";

    assertThat(rows("SELECT * FROM s3_upload_object('far', 'k', 'one', 'text/plain')"))
        .containsExactly(ok);
    assertThat(rows("SELECT * FROM s3_upload_object('far', 'k', 'two', 'text/html')"))
        .containsExactly(ok);
    assertThat(rows("SELECT key, bucket_name, region, content, content_type FROM bucket_object"))
        .containsExactly("k|far|eu-central-1|two|text/html");
    assertThat(rows("SELECT status, response_message FROM s3_upload_object('off','k','1','t/p')"))
        .containsExactly("KO|Region cn-north-1 of the bucket is not enabled in aws_regions");
  }

  @Test
  void refusesUploadsThatCannotBe() throws SQLException {
    assertThatThrownBy(() -> rows("SELECT * FROM s3_upload_object('far', '', 'x', 'text/plain')"))
        .hasMessageContaining("must not be empty");
    rollback();
    assertThatThrownBy(() -> rows("SELECT * FROM s3_upload_object('none', 'k', 'x', 'text/plain')"))
        .hasMessageContaining("bucket \"none\" does not exist");
  }

  @Test
  void losesSettingsWithTheBucketButNoObjects() throws SQLException {
    run("INSERT INTO public_access_block (bucket_name) VALUES ('near')");
    run("INSERT INTO bucket_website (bucket_name, index_document) VALUES ('near', 'index.html')");
    run("DELETE FROM bucket WHERE name = 'near'");
    assertThat(rows("SELECT * FROM public_access_block")).isEmpty();
    assertThat(rows("SELECT * FROM bucket_website")).isEmpty();

    run("INSERT INTO bucket_object (key, bucket_name, content) VALUES ('k', 'far', 'x')");
    assertThatThrownBy(() -> run("DELETE FROM bucket WHERE name = 'far'"))
        .hasMessageContaining("bucket_object");
  }

  private static void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> rows(String sql) throws SQLException {
    List<String> result = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(row.getString(i)));
        }
        result.add(String.join("|", columns));
      }
    }
    return result;
  }
}
