import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.kmsagent.client.SecretDataSource;
import javax.sql.DataSource;

final class SecretDataSourceWithHikari {
  static DataSource dataSource() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(
        SecretDataSource.builder()
            .url("jdbc:postgresql://127.0.0.1/app")
            .secretName("app/db")
            .build());
    config.setMaximumPoolSize(50);
    return new HikariDataSource(config);
  }
}
