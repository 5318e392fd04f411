import dev.kmsagent.client.SecretDataSource;
import javax.sql.DataSource;

final class SecretDataSourceAlone {
  static DataSource dataSource() {
    return SecretDataSource.builder()
        .url("jdbc:postgresql://127.0.0.1/app")
        .secretName("app/db")
        .build();
  }
}
