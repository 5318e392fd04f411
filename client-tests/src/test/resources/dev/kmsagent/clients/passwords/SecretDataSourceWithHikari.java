import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.kmsagent.client.SecretDataSource;
import javax.sql.DataSource;

final class SecretDataSourceWithHikari {
  static DataSource dataSource() {
    SecretDataSource dataSource = new SecretDataSource();
    dataSource.setUrl("jdbc:postgresql://127.0.0.1/app");
    dataSource.setSecretName("app/db");
    HikariConfig config = new HikariConfig();
    config.setDataSource(dataSource);
    config.setMaximumPoolSize(50);
    return new HikariDataSource(config);
  }
}
