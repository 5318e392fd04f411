package dev.kmsagent.client;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A database by a driver, its URL, and what else the driver gets. */
final class Target implements Logins.Database {
  private static final Pattern LOGIN =
      Pattern.compile("[?&;](user|username|password)=|//[^/@]+@", Pattern.CASE_INSENSITIVE);

  private final Driver driver;
  private final String url;
  private final Properties settings;

  Target(Driver driver, String url, Properties settings) {
    this.driver = driver;
    this.url = url;
    this.settings = settings;
  }

  @Override
  public Connection connect(String account, String password) throws SQLException {
    Properties all = new Properties();
    copy(settings, all);
    all.setProperty("user", account);
    all.setProperty("password", password);
    Connection made = driver.connect(url, all);
    if (made == null) {
      throw new SQLException(driver.getClass().getName() + " does not take " + shown(url), "08001");
    }
    return made;
  }

  private static void copy(Properties from, Properties to) {
    for (String name : from.stringPropertyNames()) {
      to.setProperty(name, from.getProperty(name));
    }
  }

  /** A copy, which has neither account nor password. */
  static Properties withoutLogin(Properties settings) {
    for (String name : settings.stringPropertyNames()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.equals("user") || lower.equals("password")) {
        throw new IllegalArgumentException("Remove the property " + name + ": the secret has it");
      }
    }
    Properties copy = new Properties();
    copy(settings, copy);
    return copy;
  }

  /** The same URL, if it has neither account nor password: some drivers prefer those. */
  static String withoutLogin(String url) {
    if (LOGIN.matcher(url).find()) {
      throw new IllegalArgumentException(
          "Remove account and password from the URL " + shown(url) + ": the secret has them");
    }
    return url;
  }

  /** The URL without its parameters, which may have passwords. */
  static String shown(String url) {
    return url.replaceFirst("[?;].*", "").replaceFirst("//[^/@]+@", "//");
  }

  /** A login waits for so long. */
  static long millis(int retrySeconds, int loginTimeout) {
    int seconds = loginTimeout > 0 ? Math.min(loginTimeout, retrySeconds) : retrySeconds;
    return TimeUnit.SECONDS.toMillis(seconds);
  }
}
