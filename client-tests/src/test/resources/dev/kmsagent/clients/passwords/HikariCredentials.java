import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.kmsagent.client.AgentClient;
import javax.sql.DataSource;

final class HikariCredentials {
  static DataSource dataSource() {
    AgentClient agent = AgentClient.fromEnvironment();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1/app");
    config.setCredentialsProvider(() -> agent.login("app/db", Credentials::of));
    config.setMaximumPoolSize(50);
    return new HikariDataSource(config);
  }
}
