package dev.kmsagent.clients;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.TlsFiles;
import dev.kmsagent.testkit.Unchecked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.regex.Pattern;

/**
 * A server of the machine with a database {@code app} and accounts, started for a test as an
 * unprivileged user in a folder of its own. Safe for several threads.
 */
record TestDatabase(Kind kind, Process process, Path folder, int port) implements AutoCloseable {
  private static final String ADMIN = "admin";
  private static final String ADMIN_PASSWORD = "of-the-administrator";

  /** PostgreSQL is that of Debian, also where the path has another. */
  private static final String PATH =
      """
      export PATH="$(echo /usr/lib/postgresql/*/bin | tr ' ' :):$PATH:/usr/sbin"
      cd "$1"
      """;

  /** A server and its words. */
  enum Kind {
    POSTGRESQL(
        "postgresql:",
        "postgres",
        "/usr/lib/postgresql",
        """
        echo "$4" >password
        initdb -D data -U "$3" --pwfile=password -A scram-sha-256 -E UTF8 --no-locale --no-sync >initdb
        tls=
        if [ -f tls.key ]; then
          chmod 600 tls.key
          tls='-c ssl=on -c ssl_cert_file=../tls.crt -c ssl_key_file=../tls.key'
        fi
        exec postgres -D data -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \\
          -c fsync=off -c max_connections=300 $tls
        """,
        "ROLE",
        "LOGIN PASSWORD",
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename LIKE '%s%%' AND state = 'active' AND query LIKE '%%pg_sleep%%'
        ORDER BY random() LIMIT 10
        """),
    MARIADB(
        "mariadb:",
        "mysql",
        "/usr/sbin/mariadbd",
        """
        fast='--innodb-flush-method=nosync --innodb-flush-log-at-trx-commit=0'
        mariadb-install-db --no-defaults --datadir="$1/data" --skip-test-db $fast >install
        echo "CREATE USER $3 IDENTIFIED BY '$4';" >init.sql
        echo "GRANT ALL ON *.* TO $3 WITH GRANT OPTION;" >>init.sql
        exec mariadbd --no-defaults --datadir="$1/data" --bind-address=127.0.0.1 --port="$2" \\
          --socket="$1/socket" --skip-name-resolve --skip-log-bin --max-connections=300 \\
          --init-file="$1/init.sql" $fast
        """,
        "USER",
        "IDENTIFIED BY",
        """
        SELECT id FROM information_schema.processlist
        WHERE user LIKE '%s%%' AND info LIKE '%%sleep%%'
        ORDER BY rand() LIMIT 10
        """);

    private final String scheme;
    private final String ownDatabase;
    private final Path program;
    private final String start;
    private final String account;
    private final String identified;
    private final String some;

    Kind(
        String scheme,
        String ownDatabase,
        String program,
        String start,
        String account,
        String identified,
        String some) {
      this.scheme = scheme;
      this.ownDatabase = ownDatabase;
      this.program = Path.of(program);
      this.start = start;
      this.account = account;
      this.identified = identified;
      this.some = some;
    }

    private String adapt(String program) {
      return switch (this) {
        case POSTGRESQL -> program;
        case MARIADB ->
            program
                .replace("\"postgresql\"", "\"mariadb\"")
                .replaceAll("PG(?=ExceptionSorter|ValidConnectionChecker)", "MySql");
      };
    }

    /** Starts one without TLS. */
    TestDatabase start() {
      return start(false);
    }

    /** Starts one; the certificate of PostgreSQL is in its folder. */
    TestDatabase start(boolean tls) {
      assumeTrue(Files.exists(program), "there is no " + program + ", see build/clients");
      var folder = Unchecked.get(() -> Files.createTempDirectory("database-"));
      if (tls) {
        TlsFiles.in(folder).write();
      }
      var port = FreePort.next();
      var launch =
          unprivileged(folder)
              .and("sh", "-euc", PATH + start, name(), folder, port, ADMIN, ADMIN_PASSWORD);
      var process = launch.launchInto(folder.resolve("log"));
      return new TestDatabase(this, process, folder, port).listening();
    }

    /** PostgreSQL does not run as root. */
    private static SystemCommand unprivileged(Path folder) {
      if (!"root".equals(System.getProperty("user.name"))) {
        return SystemCommand.of("env");
      }
      var _ = SystemCommand.of("chown", "-R", "nobody", folder).run().outputOfSuccess();
      return SystemCommand.of("setpriv", "--reuid=nobody", "--clear-groups");
    }
  }

  private TestDatabase listening() {
    Patience.assertSoon(() -> !process.isAlive() || isListening());
    if (!process.isAlive()) {
      throw new AssertionError(kind + " did not start: " + Snippet.read(log()));
    }
    execute("CREATE DATABASE app");
    return this;
  }

  private boolean isListening() {
    try (var connection = connect()) {
      return connection.isValid(0);
    } catch (SQLException starting) {
      return false;
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(url(kind.ownDatabase), ADMIN, ADMIN_PASSWORD);
  }

  private String url(String name) {
    return "jdbc:%s//127.0.0.1:%d/%s".formatted(kind.scheme, port, name);
  }

  /** Where the database {@code app} is. */
  String url() {
    return url("app");
  }

  private void execute(String sql) {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  /** Adds an account. */
  void create(String account, String password) {
    change("CREATE", account, password);
    if (kind == Kind.MARIADB) {
      execute("GRANT ALL ON app.* TO " + account);
    }
  }

  /** Changes the password of an account. */
  void change(String account, String password) {
    change("ALTER", account, password);
  }

  private void change(String verb, String account, String password) {
    execute("%s %s %s %s '%s'".formatted(verb, kind.account, account, kind.identified, password));
  }

  /** Ends ten connections in use of accounts whose names begin like this. */
  void endSome(String account) {
    try (var connection = connect();
        var statement = connection.createStatement();
        var found = statement.executeQuery(kind.some.formatted(account));
        var kill = connection.createStatement()) {
      while (kind == Kind.MARIADB && found.next()) {
        kill.execute("KILL SOFT CONNECTION " + found.getLong(1));
      }
    } catch (SQLException gone) {
      // It ended by itself.
    }
  }

  /** A program for the database {@code app} of a PostgreSQL, for this one. */
  Snippet adapt(Snippet program) {
    var url = url().substring("jdbc:".length());
    var adapted = program.text().replace("postgresql://127.0.0.1/app", url);
    return new Snippet(kind.adapt(adapted));
  }

  /** How many logins it has refused to accounts whose names begin like this. */
  long refused(String account) {
    var refusal = Pattern.compile("(denied|authentication failed) for user [\"']" + account);
    return Snippet.read(log()).lines().filter(line -> refusal.matcher(line).find()).count();
  }

  @Override
  public void close() {
    // Ends it at once, and it leaves no shared memory.
    var _ = SystemCommand.of("kill", "-QUIT", process.pid()).run();
    process.descendants().forEach(ProcessHandle::destroy);
    if (kind == Kind.MARIADB) {
      process.destroyForcibly();
    }
    var _ = Patience.join(process.onExit());
    var _ = SystemCommand.of("rm", "-rf", folder).run();
  }
}
