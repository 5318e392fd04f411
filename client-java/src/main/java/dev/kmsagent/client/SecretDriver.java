package dev.kmsagent.client;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A driver for programs that can set only a URL: {@code jdbc:kms-agent:postgresql://db/app} opens
 * {@code jdbc:postgresql://db/app} by the driver for it, as {@link SecretDataSource} does, with the
 * secret whose name is given as the user, and a client from the environment. {@link DriverManager}
 * finds it. Safe for use by several threads.
 */
public final class SecretDriver implements Driver {
  private static final String PREFIX = "jdbc:kms-agent:";

  static {
    try {
      DriverManager.registerDriver(new SecretDriver());
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int MOST_SOURCES = 256;

  /** By URL and properties: what is known about refused versions is shared. */
  private final Map<Properties, SecretDataSource> sources = new ConcurrentHashMap<>();

  /** Tests have another. */
  Supplier<SecretDataSource> make = SecretDataSource::new;

  @Override
  public boolean acceptsURL(String url) {
    return url.startsWith(PREFIX);
  }

  @Override
  public @Nullable Connection connect(String url, Properties info) throws SQLException {
    if (!acceptsURL(url)) {
      return null;
    }
    Properties settings = SecretDataSource.copy(info);
    settings.setProperty(PREFIX, target(url));
    if (sources.size() >= MOST_SOURCES) {
      sources.clear();
    }
    try {
      SecretDataSource source = sources.computeIfAbsent(settings, this::source);
      source.setLoginTimeout(DriverManager.getLoginTimeout());
      return source.getConnection();
    } catch (IllegalArgumentException e) {
      throw new SQLException(e.getMessage(), "08001", e);
    }
  }

  private SecretDataSource source(Properties key) {
    Properties settings = SecretDataSource.copy(key);
    SecretDataSource source = make.get();
    source.setUrl(String.valueOf(settings.remove(PREFIX)));
    Object secretName = settings.remove("user");
    if (secretName == null) {
      throw new IllegalArgumentException("Set the user to the name of the secret");
    }
    source.setSecretName(secretName.toString());
    settings.remove("password", "");
    source.setProperties(settings);
    return source;
  }

  private static String target(String url) {
    return "jdbc:" + url.substring(PREFIX.length());
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
    return SecretDataSource.driver(target(url)).getPropertyInfo(target(url), info);
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  /** False: which database it is for depends on the URL. */
  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("Nothing is logged");
  }
}
