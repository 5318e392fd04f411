import com.google.gson.JsonParser;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

final class HikariSetCredentials {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  static DataSource dataSource() throws IOException, InterruptedException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1/app");
    config.setCredentials(read());
    config.setMaximumPoolSize(50);
    HikariDataSource pool = new HikariDataSource(config);
    // Account and password together: with setPassword, a login could get those of two versions.
    Runnable renewal =
        () -> {
          try {
            pool.getHikariConfigMXBean().setCredentials(read());
          } catch (IOException | InterruptedException | RuntimeException e) {
            System.err.println("The password is read again in a second: " + e);
          }
        };
    Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory())
        .scheduleWithFixedDelay(renewal, 1, 1, TimeUnit.SECONDS);
    return pool;
  }

  private static Credentials read() throws IOException, InterruptedException {
    String token = Files.readString(Path.of("/var/run/kmstoken/token"));
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:2025/secretsmanager/get?secretId=app/db"
                        + "&fields=AccountName,AccountPassword"))
            .header("X-KMS-Token", token)
            .build();
    var answer = HTTP.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
    var fields = JsonParser.parseString(answer.body()).getAsJsonObject();
    return Credentials.of(
        fields.get("AccountName").getAsString(), fields.get("AccountPassword").getAsString());
  }
}
