package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.client.AgentClient;
import dev.kmsagent.client.SecretDataSource;
import dev.kmsagent.clients.TestDatabase.Kind;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What drivers of databases do with the settings and the logins of the client. */
@Tag("thorough")
final class DatabaseLoginIT {
  private static final StartedAgent AGENT = StartedAgent.shared("kms");

  @TempDir private Path folder;

  private static SecretDataSource dataSource(String secret, String url) {
    var dataSource = new SecretDataSource();
    dataSource.setClient(
        new AgentClient(Map.of("KMS_URL", AGENT.url(), "KMS_TOKEN", StartedAgent.TOKEN)));
    dataSource.setSecretName(secret);
    dataSource.setUrl(url);
    return dataSource;
  }

  private static String login(String password) {
    return "{\"AccountName\":\"app\",\"AccountPassword\":\"%s\"}".formatted(password);
  }

  private static String text(SecretDataSource dataSource, String query) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var found = statement.executeQuery(query)) {
      found.next();
      return found.getString(1);
    }
  }

  @Test
  void a_login_to_postgresql_verifies_the_certificate_by_the_properties() throws Exception {
    AGENT.secrets().create("tls/db", login("first"));
    try (var database = Kind.POSTGRESQL.start(true)) {
      database.create("app", "first");
      var settings = new Properties();
      settings.setProperty("sslmode", "verify-full");
      settings.setProperty("sslrootcert", TlsFiles.in(database.folder()).certificate().toString());
      var verifying = dataSource("tls/db", database.url());
      verifying.setProperties(settings);

      assertThat(text(verifying, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
          .isEqualTo("t");

      var other = TlsFiles.in(Files.createDirectory(folder.resolve("other"))).write();
      settings.setProperty("sslrootcert", other.certificate().toString());
      var refusing = dataSource("tls/db", database.url());
      refusing.setProperties(settings);

      assertThatThrownBy(refusing::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("certi");
    }
  }

  @Test
  void a_login_that_the_driver_of_mysql_reports_as_refused_is_repeated() throws Exception {
    AGENT.secrets().create("mysql/db", login("first"));
    try (var database = Kind.MARIADB.start()) {
      database.create("app", "first");
      var dataSource = dataSource("mysql/db", database.url().replace("mariadb", "mysql"));
      assertThat(text(dataSource, "SELECT user()")).startsWith("app@");

      database.change("app", "second");
      AGENT.secrets().put("mysql/db", "v2", login("second"));

      assertThat(text(dataSource, "SELECT user()")).startsWith("app@");
      // The server tells its log in its own time.
      assertThat(Patience.see(() -> database.refused("app"), refused -> refused > 0)).isOne();
    }
  }
}
