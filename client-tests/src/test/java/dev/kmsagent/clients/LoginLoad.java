package dev.kmsagent.clients;

import com.alibaba.druid.pool.DruidDataSource;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * A program that uses connections of a data source all the time, in several threads. The first
 * argument is a class whose static method {@code dataSource} gives it, the second the number of
 * threads. It prints its {@link Figures}, and runs until it or the tests end.
 */
final class LoginLoad {
  /** The life of a connection for each of a pool, which makes one after the other. */
  private static final long LIFE_MILLIS = 200;

  private final DataSource dataSource;
  private final int threads;
  private final InstantSource clock = InstantSource.system();
  private final Set<Long> connections = new HashSet<>();
  private int uses;
  private int failures;
  private int ended;
  private Duration longest = Duration.ZERO;
  private String first = "";

  /**
   * What it has seen.
   *
   * @param uses of connections
   * @param logins connections used
   * @param failures attempts to get a connection that threw, once the pool was full
   * @param ended connections that broke while in use
   * @param longest milliseconds that one took to be given, once the pool was full
   * @param first the first exception of an attempt, without a space; or none
   */
  record Figures(int uses, int logins, int failures, int ended, long longest, String first) {
    static final Figures NONE = new Figures(0, 0, 0, 0, 0, "");

    static Figures of(String line) {
      var word = line.split(" ", -1);
      var number = IntStream.range(0, 5).map(i -> Integer.parseInt(word[i])).toArray();
      return new Figures(number[0], number[1], number[2], number[3], number[4], word[5]);
    }

    String line() {
      return "%d %d %d %d %d %s".formatted(uses, logins, failures, ended, longest, first);
    }
  }

  private LoginLoad(DataSource dataSource, int threads) {
    this.dataSource = dataSource;
    this.threads = threads;
  }

  public static void main(String[] arguments) throws Exception {
    var tests = ProcessHandle.current().parent().orElseThrow();
    var _ = tests.onExit().thenRun(() -> Runtime.getRuntime().halt(0));
    var program = Class.forName(arguments[0]).getDeclaredMethod("dataSource");
    program.setAccessible(true);
    var threads = Integer.parseInt(arguments[1]);
    var load = new LoginLoad((DataSource) program.invoke(null), threads);
    load.use();
    load.shortenLives();
    for (var i = 0; i < threads; i++) {
      new Thread(load::run).start();
    }
  }

  private void shortenLives() {
    switch (dataSource) {
      case HikariDataSource hikari -> {
        hikari.setMaxLifetime(threads * LIFE_MILLIS);
        hikari.getHikariPoolMXBean().softEvictConnections();
      }
      case DruidDataSource druid -> druid.setPhyTimeoutMillis(threads * LIFE_MILLIS);
      default -> {}
    }
  }

  private void run() {
    while (true) {
      use();
    }
  }

  private void use() {
    var start = clock.instant();
    try (var connection = dataSource.getConnection()) {
      var after = Duration.between(start, clock.instant());
      try {
        given(number(connection, "pg_backend_pid()", "connection_id()"), after);
        // The load shall not be that of the machine.
        var _ = number(connection, "1 FROM pg_sleep(1)", "sleep(1)");
      } catch (SQLException e) {
        ended();
      }
    } catch (SQLException e) {
      failed(e);
    }
  }

  private static long number(Connection connection, String postgresql, String mariadb)
      throws SQLException {
    var product = connection.getMetaData().getDatabaseProductName();
    var expression = product.equals("PostgreSQL") ? postgresql : mariadb;
    try (var statement = connection.createStatement();
        var found = statement.executeQuery("SELECT " + expression)) {
      found.next();
      return found.getLong(1);
    }
  }

  private synchronized void given(long connection, Duration after) {
    uses++;
    if (isFull()) {
      longest = after.compareTo(longest) > 0 ? after : longest;
    }
    if (connections.add(connection)) {
      print();
    }
  }

  private synchronized void ended() {
    ended++;
  }

  private synchronized void failed(SQLException e) {
    if (isFull()) {
      failures++;
      first = first.isEmpty() ? (e + " " + e.getCause()).replaceAll("\\s+", "_") : first;
      print();
    }
  }

  /** A pool fills slowly, with one login after the other. */
  private boolean isFull() {
    return connections.size() > threads;
  }

  private void print() {
    System.out.println(
        new Figures(uses, connections.size(), failures, ended, longest.toMillis(), first).line());
  }
}
