package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.kms.resilience.ProtectedCalls;
import dev.kmsagent.bootstrap.e2e.OutagePlay.Cell;
import dev.kmsagent.bootstrap.e2e.OutagePlay.State;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.WholeFile;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every outage met in every state of the cache: what the client gets, for what it waits, and how
 * many calls reach KMS. It is what the tables of the page say, which have a row for each outage.
 */
final class OutageMatrixTest {
  private static final Path PAGE = Path.of("..", "docs", "internals", "outages-matrix.md");
  private static final String NO_BREAKER = "KMS.CircuitBreaker.Enabled = false";

  /** Until a next call is made after KMS has throttled. */
  private static final Duration RATE_RECOVERS = Duration.ofSeconds(2);

  private static final Fault UNAVAILABLE = new Fault.Failure(503, "ServiceUnavailableTemporary");

  @TempDir private Path folder;

  /** A table of the page: a cell for each state by what happens. */
  private static Map<String, Map<State, Cell>> table(String part) throws IOException {
    var page = Files.readString(PAGE);
    var begin = page.indexOf("<!-- begin " + part + " -->");
    var table = new HashMap<String, Map<State, Cell>>();
    page.substring(begin, page.indexOf("<!-- end " + part + " -->"))
        .lines()
        .skip(3)
        .map(line -> line.split(" *\\| *", -1))
        .forEach(
            row -> Stream.of(row[1].split("<br>", -1)).forEach(it -> table.put(it, cells(row))));
    return table;
  }

  private static Map<State, Cell> cells(String... row) {
    var cells = new EnumMap<State, Cell>(State.class);
    var states = State.values();
    for (int i = 0; i < states.length; i++) {
      cells.put(states[i], Cell.parse(row[i + 2]));
    }
    return cells;
  }

  /** What happens to an agent. */
  private interface Scene {
    Map<State, Cell> play(OutagePlay play) throws IOException;
  }

  private void play(String part, String name, Function<Workload, AgentSetup> setup, Scene scene)
      throws IOException {
    var expected = requireNonNull(table(part).get(name), "a row of the page");
    try (var play = new OutagePlay(folder, setup, expected)) {
      assertThat(scene.play(play)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kmsagent.bootstrap.e2e.Outage#ofKms")
  void a_call_to_kms_fails(Outage outage) throws IOException {
    play(
        "KMS",
        outage.name(),
        workload -> workload.cloud().setup().with(NO_BREAKER),
        play -> failCalls(play, outage));
  }

  /** The outage is noticed by the failure of another secret, for a reason that concerns all. */
  private static Map<State, Cell> failCalls(OutagePlay play, Outage outage) {
    var cloud = play.workload().cloud();
    play.prepare();
    outage.injected().forEach(it -> play.names().forEach(name -> cloud.fail(name, it.fault())));
    return play.ask(
        outage.answersWithin(),
        () -> {
          var secret = cloud.newSecret("value");
          cloud.fail(secret, new Fault.Failure(400, "IllegalTimestamp"));
          play.time().advance(RATE_RECOVERS);
          play.agent().client().secret(secret);
          play.time().advance(RATE_RECOVERS);
        },
        () -> {});
  }

  /** KMS is gone as a whole, or the agent holds its calls back. */
  record Whole(String name, String settings, Strike strike) {
    interface Strike {
      void on(OutagePlay play) throws IOException;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Whole> WHOLE =
      List.of(
          new Whole("KMS refuses connections", NO_BREAKER, OutagePlay::stopKms),
          new Whole(
              "the circuit breaker is open",
              "KMS.CircuitBreaker.OpenSeconds = 60",
              OutageMatrixTest::openBreaker),
          new Whole("32 calls to KMS are under way", "", OutageMatrixTest::useAllCallsAtOnce),
          new Whole(
              "the agent has slowed down after KMS throttled it",
              NO_BREAKER,
              OutageMatrixTest::throttle));

  @ParameterizedTest
  @FieldSource("WHOLE")
  void kms_is_gone_or_the_agent_makes_no_call(Whole whole) throws IOException {
    play(
        "the whole",
        whole.name(),
        workload -> workload.cloud().setup().with(whole.settings()),
        play -> {
          play.prepare();
          whole.strike().on(play);
          return play.ask(Duration.ZERO, () -> {}, () -> {});
        });
  }

  private static void openBreaker(OutagePlay play) {
    play.workload().emulator().faults().add(UNAVAILABLE);
    readUntil("503 CircuitOpen", play);
  }

  private static void useAllCallsAtOnce(OutagePlay play) {
    var cloud = play.workload().cloud();
    for (int i = 0; i < ProtectedCalls.MAX_CALLS; i++) {
      var hanging = cloud.newSecret("value");
      cloud.fail(hanging, new Fault.Hang());
      var _ = play.agent().client().readAsync(hanging);
      Patience.see(() -> cloud.calls(hanging), calls -> calls > 0);
    }
  }

  /** Twice, and from one call a second, so that the next call is seconds away. */
  private static void throttle(OutagePlay play) {
    play.time().advance(Duration.ofSeconds(2));
    play.workload().emulator().faults().add(Fault.throttled());
    readUntil("503 Overloaded", play);
    play.time().advance(Duration.ofSeconds(3));
    assertThat(readNew(play)).isEqualTo("429 Rejected.Throttling");
    readUntil("503 Overloaded", play);
  }

  private static void readUntil(String verdict, OutagePlay play) {
    Patience.see(() -> readNew(play), verdict::equals);
  }

  private static String readNew(OutagePlay play) {
    return play.agent().client().secret(play.workload().cloud().newSecret("value")).verdict();
  }

  @ParameterizedTest
  @MethodSource("dev.kmsagent.bootstrap.e2e.Outage#ofSts")
  void sts_gives_no_key(Outage outage) throws IOException {
    playWithoutKey("STS", outage, Workload::rrsa);
  }

  @ParameterizedTest
  @MethodSource("dev.kmsagent.bootstrap.e2e.Outage#ofMetadata")
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void the_metadata_service_gives_no_key(Outage outage) throws IOException {
    playWithoutKey("metadata", outage, Workload::ecsRoleOfThisJvm);
  }

  /** KMS forgets the key that the agent holds. */
  private void playWithoutKey(String part, Outage outage, Function<Workload, AgentSetup> setup)
      throws IOException {
    play(
        part,
        outage.name(),
        workload -> setup.apply(workload).with(NO_BREAKER),
        play -> {
          var workload = play.workload();
          play.agent().withKey(play.time());
          play.prepare();
          outage.strike().on(workload);
          workload.revokeKeys();
          return play.ask(outage.answersWithin(), () -> {}, () -> awaitSilent(outage, workload));
        });
  }

  private static void awaitSilent(Outage outage, Workload workload) {
    if (outage.meaning() == Outage.Meaning.SILENT) {
      Patience.see(() -> workload.emulator().sts().calls().total(), calls -> calls > 1);
    }
  }

  /** What is gone, and where the cache is, when the agent starts anew. */
  record Restart(String gone, String cacheType) {
    @Override
    public String toString() {
      return gone + ", `" + cacheType + "`";
    }

    boolean isIn(String place) {
      return cacheType.equals(place);
    }

    boolean isOf(String which) {
      return gone.equals(which);
    }
  }

  private static final String KMS_ALONE = "KMS refuses connections";
  private static final String KMS_AND_STS = "KMS and STS refuse connections (RRSA)";

  static final List<Restart> RESTARTS =
      Stream.of(KMS_ALONE, KMS_AND_STS)
          .flatMap(
              gone -> Stream.of("InMemory", "Redis", "File").map(place -> new Restart(gone, place)))
          .toList();

  @ParameterizedTest
  @FieldSource("RESTARTS")
  void the_agent_starts_anew_in_an_outage(Restart restart) throws IOException {
    if (!restart.isIn("Redis")) {
      restart(restart, it -> restart.isIn("File") ? it.withCacheIn(folder) : it);
      return;
    }
    assumeTrue(AgentSetup.faketime().isPresent(), AgentSetup.NO_FAKETIME);
    setClock(VirtualTime.START);
    try (var redis = RedisProcess.start(AgentSetup.clock(clock()))) {
      restart(restart, it -> it.withRedis(redis.port()));
    }
  }

  private void restart(Restart restart, UnaryOperator<AgentSetup> cache) throws IOException {
    play(
        "restart",
        restart.toString(),
        workload -> {
          var setup = restart.isOf(KMS_ALONE) ? workload.cloud().setup() : workload.rrsa();
          return cache.apply(setup).with(NO_BREAKER);
        },
        play -> {
          if (restart.isIn("Redis")) {
            keepClockOf(play.time());
          }
          if (restart.isOf(KMS_AND_STS)) {
            play.agent().withKey(play.time());
          }
          play.prepare();
          if (restart.isOf(KMS_AND_STS)) {
            confirmPrincipal(play);
            play.workload().emulator().sts().stop();
          }
          play.stopKms();
          play.restart();
          if (!restart.isIn("File")) {
            return play.ask(Duration.ZERO, () -> {}, () -> {});
          }
          Patience.assertSoon(() -> isReady(play));
          var cells = play.ask(Duration.ZERO, () -> {}, () -> {});
          assertThat(isReady(play)).as("with what the folder has, after calls that fail").isTrue();
          return cells;
        });
  }

  private static boolean isReady(OutagePlay play) {
    return play.agent().client().get("/readyz").status() == 200;
  }

  /** For what is found after a restart, STS must have named it within the bound on staleness. */
  private static void confirmPrincipal(OutagePlay play) {
    play.workload().revokeKeys();
    assertThat(readNew(play)).isEqualTo("200");
  }

  /** Has the clock of Redis follow that of the agent, to the second. */
  private void keepClockOf(VirtualTime time) {
    setClock(time.instant());
    time.schedule(Duration.ofSeconds(1), () -> keepClockOf(time));
  }

  private Path clock() {
    return folder.resolve("clock");
  }

  /** The clock of Redis stands there: libfaketime reads the file at each reading of a clock. */
  private void setClock(Instant time) {
    var text = time.truncatedTo(ChronoUnit.SECONDS).toString().replaceAll("[TZ]", " ").strip();
    WholeFile.write(clock(), text);
  }

  static Stream<Arguments> services() {
    return Stream.of(
        Arguments.of("KMS", Outage.ofKms()),
        Arguments.of("STS", Outage.ofSts()),
        Arguments.of("metadata", Outage.ofMetadata()));
  }

  @ParameterizedTest
  @MethodSource("services")
  void no_kind_of_fault_is_left_out_and_no_row_is_of_anything_else(
      String part, List<Outage> outages) throws IOException {
    var kinds = new HashSet<Class<?>>();
    outages.forEach(outage -> outage.injected().forEach(it -> kinds.add(it.fault().getClass())));
    assertThat(kinds).isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
    assertThat(outages).extracting(Outage::name).hasSameElementsAs(table(part).keySet());
    assertThat(WHOLE).extracting(Whole::name).hasSameElementsAs(table("the whole").keySet());
    assertThat(RESTARTS).extracting(Restart::toString).hasSameElementsAs(table("restart").keySet());
  }
}
