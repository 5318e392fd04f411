package dev.kmsagent.client;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source of a driver's vendor, which takes account and password. */
final class FakeDataSource implements DataSource {
  private final FakeDatabase database;
  private int loginTimeout;

  FakeDataSource(FakeDatabase database) {
    this.database = database;
  }

  @Override
  public @Nullable Connection getConnection(String account, String password) throws SQLException {
    var login = new Properties();
    login.setProperty("user", account);
    login.setProperty("password", password);
    return database.connect(database.url, login);
  }

  @Override
  public Connection getConnection() {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter writer) {}

  @Override
  public void setLoginTimeout(int seconds) {
    loginTimeout = seconds;
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeout;
  }

  @Override
  public Logger getParentLogger() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    return type.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
