package dev.kmsagent.client;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A database that takes account and password of one version, as a driver with a URL of its own. */
class FakeDatabase implements Driver {
  private static final AtomicInteger COUNT = new AtomicInteger();

  final String url = "jdbc:fake-" + COUNT.incrementAndGet() + ":db";
  final List<Properties> logins = new CopyOnWriteArrayList<>();
  final AtomicInteger refused = new AtomicInteger();
  private volatile String version = "v1";
  private volatile Supplier<SQLException> refusal = () -> new SQLException("wrong", "28P01");
  private volatile BeforeAnswer beforeAnswer = () -> {};

  void change(String to) {
    version = to;
  }

  void refuseBy(Supplier<SQLException> exception) {
    refusal = exception;
  }

  /** What a login waits for, or fails by. */
  interface BeforeAnswer {
    void run() throws SQLException;
  }

  void beforeAnswer(BeforeAnswer action) {
    beforeAnswer = action;
  }

  @Override
  public @Nullable Connection connect(String target, Properties info) throws SQLException {
    if (!target.equals(url)) {
      return null;
    }
    logins.add(info);
    var right = ("password of " + version).equals(info.getProperty("password"));
    beforeAnswer.run();
    if (!right || !("account of " + version).equals(info.getProperty("user"))) {
      refused.incrementAndGet();
      throw refusal.get();
    }
    return connection(info.getProperty("user"));
  }

  /** Its text is the account. */
  private static Connection connection(String account) {
    var loader = FakeDatabase.class.getClassLoader();
    Class<?>[] type = {Connection.class};
    return (Connection) Proxy.newProxyInstance(loader, type, (self, method, none) -> account);
  }

  @Override
  public boolean acceptsURL(String target) {
    return target.startsWith(url);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String target, Properties info) {
    return new DriverPropertyInfo[] {new DriverPropertyInfo("of", target)};
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }
}
