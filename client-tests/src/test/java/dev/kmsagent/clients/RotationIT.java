package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.clients.LoginLoad.Figures;
import dev.kmsagent.clients.TestDatabase.Kind;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Applications under load whose passwords are rotated in real databases. How many rotations each
 * test makes, and with how many connections, are the properties {@code rotations} and {@code
 * connections}; the figures of a run are in {@code target/rotations.txt}.
 */
@Tag("thorough")
@Execution(ExecutionMode.SAME_THREAD)
final class RotationIT {
  private static final int ROTATIONS = Integer.getInteger("rotations", 2);
  private static final int CONNECTIONS = Integer.getInteger("connections", 10);
  private static final String SECRET = "app/db";

  /** It reads a new version only when it is told that one was refused. */
  private static final String RELYING_ON_REFUSALS = "Cache.TtlSeconds = 3600";

  private static final String SOON = "Cache.TtlSeconds = 1\nKMS.CircuitBreaker.OpenSeconds = 1";

  private static final Map<Kind, TestDatabase> DATABASES = new EnumMap<>(Kind.class);
  private static final AtomicInteger TRIALS = new AtomicInteger();

  @TempDir private Path folder;

  @AfterAll
  static void close() {
    DATABASES.values().forEach(TestDatabase::close);
  }

  /** A load in a process of its own. */
  private record Load(Process process, Path output) implements AutoCloseable {
    Figures figures() {
      var lines = Snippet.read(output).lines();
      var figures = lines.filter(line -> line.matches("(\\d+ ){5}\\S*"));
      return figures.reduce((_, last) -> last).map(Figures::of).orElse(Figures.NONE);
    }

    /** Waits until it has used so many connections. */
    void awaitLogins(int all) {
      var _ = Patience.see(this::alive, now -> now.logins() >= all);
    }

    boolean hasFailed() {
      return figures().failures() > 0;
    }

    private Figures alive() {
      assertThat(process.isAlive()).as("%s", Snippet.read(output)).isTrue();
      return figures();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** An agent, a database whose password KMS rotates, and an application that uses both. */
  private final class Trial implements AutoCloseable {
    private final String title;
    private final TestCloud cloud = TestCloud.start();
    private final TestDatabase database;
    private final String prefix = "trial" + TRIALS.incrementAndGet();
    private final List<String> accounts;
    private final AgentProcess agent;
    private final Load load;
    private final Load fixed;
    private final List<Duration> pauses = new ArrayList<>();
    private int rotations;

    Trial(String program, Kind kind, String config, int accounts) throws IOException {
      this.title = program + ", " + kind;
      this.database = DATABASES.computeIfAbsent(kind, Kind::start);
      this.accounts = IntStream.range(0, accounts).mapToObj(i -> prefix + "_" + i).toList();
      this.accounts.forEach(account -> database.create(account, "first"));
      database.create("fixed_" + prefix, "first");
      cloud.emulator().secrets().create(SECRET, value(this.accounts.getFirst(), "first"));
      var setup = cloud.completed(AgentSetup.plain()).with(config).withManagement();
      this.agent = AgentProcess.start(setup);
      // On a busy machine, a connection to KMS may not be there in time.
      var _ = Patience.see(() -> agent.client().secret(SECRET), it -> it.status() == 200);
      this.load = start(program, CONNECTIONS);
      this.fixed = start("FixedPassword.java", 5);
    }

    /** Fills the pools. */
    void begin() {
      fixed.awaitLogins(6);
      load.awaitLogins(CONNECTIONS);
    }

    private static String value(String account, String password) {
      return "{\"AccountName\":\"%s\",\"AccountPassword\":\"%s\"}".formatted(account, password);
    }

    private Load start(String program, int threads) throws IOException {
      var named = program.split("@", -1);
      var output = folder.resolve(named[0] + ".out");
      return new Load(
          PoolProgram.of(named[0], database, folder, agent.port())
              .withHikariForJava8(named.length > 1)
              .command(LoginLoad.class, threads)
              .with(Map.of("DB_USER", "fixed_" + prefix, "DB_PASSWORD", "first"))
              .launchInto(output),
          output);
    }

    /** The next password, of the account that is not in use if there are two. */
    private final class Rotation {
      private final String account = accounts.get(++rotations % accounts.size());
      private final String next = UUID.randomUUID().toString();
      private final int logins = load.figures().logins();

      Rotation inDatabase() {
        database.change(account, next);
        if (account.equals(accounts.getFirst())) {
          database.change("fixed_" + prefix, next);
          database.endSome("fixed_" + prefix);
        }
        database.endSome(prefix);
        return this;
      }

      Rotation inKms() {
        cloud.emulator().secrets().put(SECRET, "v-" + next, value(account, next));
        return this;
      }

      /** Connections that were ended are replaced. */
      void inUse() {
        load.awaitLogins(logins + CONNECTIONS / 5);
      }

      /** The agent has it. */
      Rotation inAgent() {
        var _ =
            Patience.see(
                () -> agent.client().get("/secretsmanager/get?secretId=" + SECRET).body(),
                body -> body.contains(next));
        return this;
      }
    }

    long refused() {
      return database.refused(prefix);
    }

    /** How long it takes now until an application is logged in. */
    void measure() {
      var clock = InstantSource.system();
      var start = clock.instant();
      load.awaitLogins(load.figures().logins() + 1);
      pauses.add(Duration.between(start, clock.instant()));
    }

    void verify() throws IOException {
      Patience.assertSoon(() -> database.refused("fixed_" + prefix) > 0 && fixed.hasFailed());
      var seen = load.figures();
      var row =
          "%s | rotations %d | %s | refused %d | calls of KMS %d | longest after KMS %s | fixed: %s%n"
              .formatted(
                  title,
                  rotations,
                  seen,
                  refused(),
                  cloud.calls(SECRET),
                  pauses.stream().max(Duration::compareTo).orElse(Duration.ZERO),
                  fixed.figures());
      Files.writeString(
          Path.of("target", "rotations.txt"),
          row,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      assertThat(seen.failures()).as("%s", seen).isZero();
    }

    @Override
    public void close() throws IOException {
      Stream.of(load, fixed).forEach(Load::close);
      agent.close();
      cloud.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"SecretDataSourceWithHikari.java@4, MARIADB", "DruidBySecretDriver.java, POSTGRESQL"})
  void no_login_fails_with_two_accounts_although_the_agent_misses_one_rotation(
      String program, Kind kind) throws IOException {
    try (var trial = new Trial(program, kind, RELYING_ON_REFUSALS, 2)) {
      trial.begin();
      for (var i = 0; i < ROTATIONS; i++) {
        trial.new Rotation().inDatabase().inKms().inUse();
      }
      trial.verify();
    }
  }

  @ParameterizedTest
  @CsvSource("SecretDataSourceWithHikari.java, POSTGRESQL")
  void no_login_fails_with_two_accounts_while_kms_is_down(String program, Kind kind)
      throws IOException {
    try (var trial = new Trial(program, kind, SOON, 2)) {
      trial.begin();
      for (var i = 0; i < ROTATIONS; i++) {
        var _ = trial.new Rotation().inDatabase().inKms().inAgent();
        trial.cloud.emulator().kms().stop();
        trial.new Rotation().inDatabase().inKms().inUse();
        trial.cloud.emulator().kms().start();
      }
      trial.verify();
    }
  }

  @ParameterizedTest
  @CsvSource({"HikariCredentials.java, POSTGRESQL", "HikariSetCredentials.java, MARIADB"})
  void no_login_fails_with_two_accounts_without_a_retry_if_the_agent_misses_no_rotation(
      String program, Kind kind) throws IOException {
    try (var trial = new Trial(program, kind, SOON, 2)) {
      trial.begin();
      for (var i = 0; i < ROTATIONS; i++) {
        trial.new Rotation().inDatabase().inKms().inAgent().inUse();
      }
      trial.verify();
    }
  }

  @ParameterizedTest
  @CsvSource("SecretDataSourceAlone.java, POSTGRESQL")
  void a_login_with_one_account_waits_until_kms_has_the_password_of_the_database(
      String program, Kind kind) throws IOException {
    try (var trial = new Trial(program, kind, RELYING_ON_REFUSALS, 1)) {
      trial.begin();
      for (var i = 0; i < ROTATIONS; i++) {
        var calls = trial.cloud.calls(SECRET);
        var rotation = trial.new Rotation().inDatabase();
        Patience.assertSoon(() -> trial.cloud.calls(SECRET) > calls + 1);
        rotation.inKms();
        trial.measure();
        rotation.inUse();
      }
      trial.verify();
    }
  }

  @ParameterizedTest
  @CsvSource("SecretDataSourceWithHikari.java@4, MARIADB")
  void a_login_with_one_account_waits_until_the_database_has_the_password_of_kms(
      String program, Kind kind) throws IOException {
    try (var trial = new Trial(program, kind, SOON, 1)) {
      trial.begin();
      for (var i = 0; i < ROTATIONS; i++) {
        var refused = trial.refused();
        var rotation = trial.new Rotation().inKms().inAgent();
        Patience.assertSoon(() -> trial.refused() > refused);
        rotation.inDatabase();
        trial.measure();
        rotation.inUse();
      }
      trial.verify();
    }
  }
}
