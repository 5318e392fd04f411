import dev.kmsagent.client.SecretDataSource;
import javax.sql.DataSource;

final class SecretDataSourceAlone {
  static DataSource dataSource() {
    SecretDataSource dataSource = new SecretDataSource();
    dataSource.setUrl("jdbc:postgresql://127.0.0.1/app");
    dataSource.setSecretName("app/db");
    return dataSource;
  }
}
