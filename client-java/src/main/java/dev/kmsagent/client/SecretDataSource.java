package dev.kmsagent.client;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to a database whose account and password are in a secret: each new connection
 * gets both of one version, and a login that the database refuses is repeated with another version.
 * It pools nothing: give it to a pool. Made by {@link #builder()}, or as a bean with its setters,
 * which must be called before the first connection. From then on, safe for use by several threads.
 */
public final class SecretDataSource implements DataSource {
  static final int RETRY_SECONDS = 30;

  private @Nullable AgentClient client;
  private @Nullable String url;
  private @Nullable String secretName;
  private @Nullable Driver driver;
  private @Nullable DataSource wrapped;
  private String accountField = AgentClient.NAME_FIELD;
  private String passwordField = AgentClient.PASSWORD_FIELD;
  private Properties properties = new Properties();
  private int retrySeconds = RETRY_SECONDS;
  private Waiting waiting = Waiting.REAL;
  private volatile int loginTimeout;
  private volatile @Nullable PrintWriter logWriter;
  private @Nullable Logins logins;

  /** A bean without settings; it needs a URL or a data source, and the name of a secret. */
  public SecretDataSource() {}

  /** A builder without settings; it needs the same. */
  public static Builder builder() {
    return new Builder();
  }

  /** The URL of the database, such as {@code jdbc:postgresql://db/app}, without a password. */
  public void setUrl(String jdbcUrl) {
    this.url = Target.withoutLogin(jdbcUrl);
  }

  /** The name of the secret in KMS. */
  public void setSecretName(String name) {
    this.secretName = name;
  }

  /** What the driver gets beside account and password, such as settings of TLS. */
  public void setProperties(Properties settings) {
    this.properties = Target.withoutLogin(settings);
  }

  /** The driver to use; by default the one that {@link DriverManager} has for the URL. */
  public void setDriver(Driver jdbcDriver) {
    this.driver = jdbcDriver;
  }

  /** A data source to use instead of a URL, by its method that takes account and password. */
  public void setDataSource(DataSource dataSource) {
    this.wrapped = dataSource;
  }

  /** The field of the secret with the name of the account; by default {@code AccountName}. */
  public void setAccountField(String field) {
    this.accountField = field;
  }

  /** The field of the secret with the password; by default {@code AccountPassword}. */
  public void setPasswordField(String field) {
    this.passwordField = field;
  }

  /** How long a refused login waits for another version, within the login timeout; default 30. */
  public void setRetrySeconds(int seconds) {
    this.retrySeconds = seconds;
  }

  /** The client; by default {@link AgentClient#fromEnvironment()}. */
  public void setClient(AgentClient agentClient) {
    this.client = agentClient;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Logins.Database database = wrapped == null ? target() : wrapped::getConnection;
    return logins().connect(database, Target.millis(retrySeconds, loginTimeout));
  }

  private Target target() throws SQLException {
    String jdbcUrl = Objects.requireNonNull(url, "Set the URL, or a data source");
    return new Target(
        driver == null ? DriverManager.getDriver(jdbcUrl) : driver, jdbcUrl, properties);
  }

  private synchronized Logins logins() {
    if (logins == null) {
      logins =
          new Logins(
              client == null ? AgentClient.fromEnvironment() : client,
              Objects.requireNonNull(secretName, "Set the name of the secret"),
              accountField,
              passwordField,
              waiting);
    }
    return logins;
  }

  /** Not supported: account and password are those of the secret. */
  @Override
  public Connection getConnection(String account, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "Account and password are those of the secret: call getConnection() without them, and set"
            + " no user name and password of the pool");
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeout;
  }

  /** The longest time in seconds that a login waits for the agent, and for another version. */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    loginTimeout = seconds;
    if (wrapped != null) {
      wrapped.setLoginTimeout(seconds);
    }
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return logWriter;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter writer) {
    logWriter = writer;
  }

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
    return type.isInstance(wrapped) ? type.cast(wrapped) : wrapped.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this)
        || wrapped != null && (type.isInstance(wrapped) || wrapped.isWrapperFor(type));
  }

  @Override
  public String toString() {
    return "SecretDataSource["
        + secretName
        + " for "
        + (url == null ? wrapped : Target.shown(url))
        + "]";
  }

  /** Settings of a data source, those of its setters; not for use by several threads. */
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

    /** See {@link SecretDataSource#setDriver}. */
    public Builder driver(Driver jdbcDriver) {
      made.setDriver(jdbcDriver);
      return this;
    }

    /** See {@link SecretDataSource#setDataSource}. */
    public Builder dataSource(DataSource dataSource) {
      made.setDataSource(dataSource);
      return this;
    }

    /** See {@link SecretDataSource#setAccountField}. */
    public Builder accountField(String field) {
      made.setAccountField(field);
      return this;
    }

    /** See {@link SecretDataSource#setPasswordField}. */
    public Builder passwordField(String field) {
      made.setPasswordField(field);
      return this;
    }

    /** See {@link SecretDataSource#setRetrySeconds}. */
    public Builder retrySeconds(int seconds) {
      made.setRetrySeconds(seconds);
      return this;
    }

    /** See {@link SecretDataSource#setClient}. */
    public Builder client(AgentClient agentClient) {
      made.setClient(agentClient);
      return this;
    }

    Builder waiting(Waiting time) {
      made.waiting = time;
      return this;
    }

    /** The data source; nothing is connected. */
    public SecretDataSource build() {
      return made;
    }
  }
}
