package dev.kmsagent.client;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to a database whose account and password are in a secret: each new connection
 * gets both of one version, and a login that the database refuses is repeated with another version.
 * It pools nothing: give it to a pool. Call its setters before the first connection; from then on,
 * it is safe for use by several threads.
 */
public final class SecretDataSource implements DataSource {
  /** Some drivers prefer what the URL says. */
  private static final Pattern LOGIN_IN_URL =
      Pattern.compile("(?i)[?&;(,](user|username|password)=|//[^/@?;]+@");

  private AgentClient client = AgentClient.fromEnvironment();
  private @Nullable String url;
  private @Nullable String secretName;
  private String accountField = AgentClient.ACCOUNT_FIELD;
  private String passwordField = AgentClient.PASSWORD_FIELD;
  private Properties properties = new Properties();
  private int retrySeconds = 30;
  private volatile int loginTimeout;

  /** Tests have another. */
  Waiting waiting = new Waiting();

  private @Nullable Logins logins;

  /**
   * The URL of the database, such as {@code jdbc:postgresql://db/app}, without a password. The
   * driver for it is that of {@link DriverManager} or of the class path.
   */
  public void setUrl(String jdbcUrl) {
    if (LOGIN_IN_URL.matcher(jdbcUrl).find()) {
      throw new IllegalArgumentException(
          "Remove account and password from the URL of the database: the secret has them");
    }
    this.url = jdbcUrl;
  }

  /** The name of the secret in KMS. */
  public void setSecretName(String name) {
    this.secretName = name;
  }

  /** What the driver gets beside account and password, such as settings of TLS. */
  public void setProperties(Properties settings) {
    properties = copy(settings);
    if (properties.containsKey("user") || properties.containsKey("password")) {
      throw new IllegalArgumentException(
          "Remove the properties user and password: the secret has them");
    }
  }

  /** The field of the secret with the account; by default {@code AccountName}. */
  public void setAccountField(String field) {
    this.accountField = field;
  }

  /** The field of the secret with the password; by default {@code AccountPassword}. */
  public void setPasswordField(String field) {
    this.passwordField = field;
  }

  /**
   * How long a connection waits for the agent and, if its login is refused, for another version: at
   * least one second, by default 30. The login timeout limits it, too.
   */
  public void setRetrySeconds(int seconds) {
    this.retrySeconds = seconds;
  }

  /** The client; by default {@link AgentClient#fromEnvironment()}. */
  public void setClient(AgentClient agentClient) {
    this.client = agentClient;
  }

  @Override
  public Connection getConnection() throws SQLException {
    int timeout = loginTimeout;
    long seconds = timeout > 0 ? Math.min(timeout, retrySeconds) : retrySeconds;
    return logins().connect(this::connect, 1_000 * Math.max(1, seconds));
  }

  private synchronized Logins logins() {
    if (logins == null) {
      String name = Objects.requireNonNull(secretName, "Set the name of the secret");
      logins = new Logins(client, name, Arrays.asList(accountField, passwordField), waiting);
    }
    return logins;
  }

  private Connection connect(String account, String password) throws SQLException {
    String target = Objects.requireNonNull(url, "Set the URL of the database");
    Driver opener = driver(target);
    Properties all = copy(properties);
    all.setProperty("user", account);
    all.setProperty("password", password);
    Connection made = opener.connect(target, all);
    if (made == null) {
      throw new SQLException(opener.getClass().getName() + " is no driver for this URL", "08001");
    }
    return made;
  }

  /** That of the manager, which does not know all drivers in the libraries of a web application. */
  static Driver driver(String url) throws SQLException {
    try {
      return DriverManager.getDriver(url);
    } catch (SQLException e) {
      for (Driver each : ServiceLoader.load(Driver.class)) {
        if (each.acceptsURL(url)) {
          return each;
        }
      }
      throw e;
    }
  }

  static Properties copy(Properties from) {
    Properties copy = new Properties();
    from.stringPropertyNames().forEach(name -> copy.setProperty(name, from.getProperty(name)));
    return copy;
  }

  /** Not supported: account and password are those of the secret. */
  @Override
  public Connection getConnection(String account, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "Set no account and password of the pool: the secret has them");
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeout;
  }

  @Override
  public void setLoginTimeout(int seconds) {
    loginTimeout = seconds;
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  /** Without effect: nothing is logged. */
  @Override
  public void setLogWriter(@Nullable PrintWriter writer) {}

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("Nothing is logged");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (!type.isInstance(this)) {
      throw new SQLException("This data source wraps no " + type.getName());
    }
    return type.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
