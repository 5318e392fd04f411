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
import java.util.logging.Logger;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to a database whose account and password are in a secret: each new connection
 * gets both of one version, and a login that the database refuses is repeated with another version.
 * It pools nothing: give it to a pool. Made by {@link #builder()}, or as a bean with its setters,
 * which must be called before the first connection. From then on, safe for use by several threads.
 */
public final class SecretDataSource implements DataSource {
  /** Some drivers prefer what the URL says. */
  private static final Pattern LOGIN_IN_URL =
      Pattern.compile("(?i)[?&;(,](user|username|password)=|//[^/@?;]+@");

  private @Nullable AgentClient client;
  private @Nullable String url;
  private @Nullable String secretName;
  private @Nullable Driver driver;
  private @Nullable DataSource wrapped;
  private String accountField = AgentClient.ACCOUNT_FIELD;
  private String passwordField = AgentClient.PASSWORD_FIELD;
  private Properties properties = new Properties();
  private int retrySeconds = 30;
  private volatile int loginTimeout;
  Waiting waiting = new Waiting();
  private @Nullable Logins logins;

  /** A builder without settings: it needs a URL or a data source, and the name of a secret. */
  public static Builder builder() {
    return new Builder();
  }

  /** The URL of the database, such as {@code jdbc:postgresql://db/app}, without a password. */
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
    for (String name : settings.stringPropertyNames()) {
      if (name.equalsIgnoreCase("user") || name.equalsIgnoreCase("password")) {
        throw new IllegalArgumentException("Remove the property " + name + ": the secret has it");
      }
    }
    this.properties = copy(settings);
  }

  /** The driver to use; by default the one that {@link DriverManager} has for the URL. */
  public void setDriver(Driver jdbcDriver) {
    this.driver = jdbcDriver;
  }

  /** A data source to use instead of a URL, by its method that takes account and password. */
  public void setDataSource(DataSource dataSource) {
    this.wrapped = dataSource;
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
    return logins()
        .connect(wrapped == null ? this::connect : wrapped::getConnection, 1_000 * seconds);
  }

  private synchronized Logins logins() {
    if (logins == null) {
      AgentClient reader = client == null ? AgentClient.fromEnvironment() : client;
      String name = Objects.requireNonNull(secretName, "Set the name of the secret");
      logins = new Logins(reader, name, Arrays.asList(accountField, passwordField), waiting);
    }
    return logins;
  }

  private Connection connect(String account, String password) throws SQLException {
    String target = Objects.requireNonNull(url, "Set the URL of the database");
    Driver opener = driver == null ? DriverManager.getDriver(target) : driver;
    Properties all = copy(properties);
    all.setProperty("user", account);
    all.setProperty("password", password);
    Connection made = opener.connect(target, all);
    if (made == null) {
      throw new SQLException(opener.getClass().getName() + " is no driver for this URL", "08001");
    }
    return made;
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
  public void setLoginTimeout(int seconds) throws SQLException {
    loginTimeout = seconds;
    if (wrapped != null) {
      wrapped.setLoginTimeout(seconds);
    }
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
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    if (wrapped == null) {
      throw new SQLException("This data source wraps no " + type.getName());
    }
    return wrapped.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this) || wrapped != null && wrapped.isWrapperFor(type);
  }

  @Override
  public String toString() {
    return "SecretDataSource[" + secretName + "]";
  }

  /** Settings of a data source, as its setters have them; not for use by several threads. */
  public static final class Builder {
    private final SecretDataSource made = new SecretDataSource();

    private Builder() {}

    /** See {@link SecretDataSource#setUrl}. */
    public Builder url(String jdbcUrl) {
      made.setUrl(jdbcUrl);
      return this;
    }

    /** See {@link SecretDataSource#setSecretName}. */
    public Builder secretName(String name) {
      made.setSecretName(name);
      return this;
    }

    /** See {@link SecretDataSource#setProperties}. */
    public Builder properties(Properties settings) {
      made.setProperties(settings);
      return this;
    }

    /** See {@link SecretDataSource#setDataSource}. */
    public Builder dataSource(DataSource dataSource) {
      made.setDataSource(dataSource);
      return this;
    }

    /** See {@link SecretDataSource#setClient}. */
    public Builder client(AgentClient agentClient) {
      made.setClient(agentClient);
      return this;
    }

    /** The data source, whose setters have what is needed less often; nothing is connected. */
    public SecretDataSource build() {
      return made;
    }
  }
}
