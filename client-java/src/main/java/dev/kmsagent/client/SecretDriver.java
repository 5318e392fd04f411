package dev.kmsagent.client;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A driver for programs that can set only a URL: {@code jdbc:kms-agent:postgresql://db/app} opens
 * {@code jdbc:postgresql://db/app} by the driver for it, with account and password of the secret
 * whose name is given as the user. It does what {@link SecretDataSource} does, with a client from
 * the environment. Found by {@link DriverManager}. Safe for use by several threads.
 */
public final class SecretDriver implements Driver {
  /** Properties of a connection: other names of the fields. */
  static final String ACCOUNT_FIELD = "kmsAgentAccountField";

  static final String PASSWORD_FIELD = "kmsAgentPasswordField";

  private static final String PREFIX = "jdbc:kms-agent:";
  private static final int MOST_STATES = 256;
  private static final SecretDriver REGISTERED = new SecretDriver();

  static {
    try {
      DriverManager.registerDriver(REGISTERED);
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Supplier<AgentClient> client;
  private final Waiting waiting;

  /** One for each URL and secret; the one used least recently goes. */
  private final Map<List<String>, Logins> states =
      new LinkedHashMap<List<String>, Logins>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Logins> eldest) {
          return size() > MOST_STATES;
        }
      };

  /** What {@link DriverManager} makes. */
  public SecretDriver() {
    this(AgentClient::fromEnvironment, Waiting.REAL);
  }

  SecretDriver(Supplier<AgentClient> client, Waiting waiting) {
    this.client = client;
    this.waiting = waiting;
  }

  @Override
  public boolean acceptsURL(String url) {
    return url.startsWith(PREFIX);
  }

  @Override
  public @Nullable Connection connect(String url, Properties info) throws SQLException {
    if (!acceptsURL(url)) {
      return null;
    }
    Properties settings = new Properties();
    for (String name : info.stringPropertyNames()) {
      settings.setProperty(name, info.getProperty(name));
    }
    String secretName = remove(settings, "user", "");
    if (secretName.isEmpty()) {
      throw new SQLException("Give the name of the secret as the user", "28000");
    }
    if (!remove(settings, "password", "").isEmpty()) {
      throw new SQLException(
          "Remove the password: it is that of the secret " + secretName, "28000");
    }
    return connect(target(url), secretName, settings);
  }

  private Connection connect(String url, String secretName, Properties settings)
      throws SQLException {
    String accountField = remove(settings, ACCOUNT_FIELD, AgentClient.NAME_FIELD);
    String passwordField = remove(settings, PASSWORD_FIELD, AgentClient.PASSWORD_FIELD);
    Target target = new Target(DriverManager.getDriver(url), url, settings);
    long millis = Target.millis(SecretDataSource.RETRY_SECONDS, DriverManager.getLoginTimeout());
    return logins(Arrays.asList(url, secretName, accountField, passwordField))
        .connect(target, millis);
  }

  private Logins logins(List<String> key) {
    synchronized (states) {
      return states.computeIfAbsent(
          key, it -> new Logins(client.get(), key.get(1), key.get(2), key.get(3), waiting));
    }
  }

  private static String remove(Properties settings, String name, String otherwise) {
    Object value = settings.remove(name);
    return value == null ? otherwise : value.toString();
  }

  private static String target(String url) throws SQLException {
    try {
      return Target.withoutLogin("jdbc:" + url.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      throw new SQLException(e.getMessage(), "08001", e);
    }
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
    String target = target(url);
    return DriverManager.getDriver(target).getPropertyInfo(target, info);
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  /** False: what the driver of the database supports is not known here. */
  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("Nothing is logged");
  }
}
