import com.alibaba.druid.pool.DruidDataSource;
import com.alibaba.druid.pool.vendor.PGExceptionSorter;
import com.alibaba.druid.pool.vendor.PGValidConnectionChecker;
import javax.sql.DataSource;

final class DruidBySecretDriver {
  static DataSource dataSource() {
    DruidDataSource pool = new DruidDataSource();
    pool.setDriverClassName("dev.kmsagent.client.SecretDriver");
    pool.setUrl("jdbc:kms-agent:postgresql://127.0.0.1/app");
    pool.setUsername("app/db");
    pool.setDbType("postgresql");
    pool.setExceptionSorter(new PGExceptionSorter());
    pool.setValidConnectionChecker(new PGValidConnectionChecker());
    pool.setMaxActive(50);
    return pool;
  }
}
