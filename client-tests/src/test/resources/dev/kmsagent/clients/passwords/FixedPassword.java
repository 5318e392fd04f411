import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;

/** What the others are compared with: a pool that has the password from its configuration. */
final class FixedPassword {
  static DataSource dataSource() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1/app");
    config.setUsername(System.getenv("DB_USER"));
    config.setPassword(System.getenv("DB_PASSWORD"));
    config.setMaximumPoolSize(50);
    config.setConnectionTimeout(1_000);
    return new HikariDataSource(config);
  }
}
