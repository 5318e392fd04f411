package dev.kmsagent.bootstrap.e2e;

import static dev.kmsagent.bootstrap.e2e.Outage.Meaning.SILENT;
import static dev.kmsagent.bootstrap.e2e.Outage.Meaning.TRANSIENT;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.bootstrap.e2e.OutagePlay.Cell;
import dev.kmsagent.bootstrap.e2e.OutagePlay.State;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every outage met in every state of the cache: what the client gets, for what it waits, and how
 * many calls reach KMS. The page of the fault matrix shows it.
 */
final class OutageMatrixTest {
  private static final String NO_BREAKER = "KMS.CircuitBreaker.Enabled = false";

  private static final String FAULTS_OF_KMS =
      """
                | NOTHING            | FRESH      | LAPSED           | NOTICED      | PAST_BOUND         | REFRESH_NOW
      HARMLESS  | new ANSWER 1       | old NONE 0 | new ANSWER 1     | stale NONE 1 | new ANSWER 1       | new ANSWER 1
      TRANSIENT | failure ANSWER 1   | old NONE 0 | stale ANSWER 1   | stale NONE 1 | failure ANSWER 1   | failure ANSWER 1
      SILENT    | failure DEADLINE 1 | old NONE 0 | stale LONGER 1   | stale NONE 1 | failure DEADLINE 1 | failure DEADLINE 1
      REFUSAL   | failure ANSWER 1   | old NONE 0 | failure ANSWER 1 | stale NONE 1 | failure ANSWER 1   | failure ANSWER 1
      OURSELVES | failure ANSWER 1   | old NONE 0 | failure ANSWER 1 | stale NONE 1 | failure ANSWER 1   | failure ANSWER 1
      """;

  private static final String NO_CALL =
      """
                | NOTHING        | FRESH      | LAPSED       | NOTICED      | PAST_BOUND     | REFRESH_NOW
      TRANSIENT | failure NONE 0 | old NONE 0 | stale NONE 0 | stale NONE 0 | failure NONE 0 | failure NONE 0
      """;

  private static final String NO_KEY =
      """
                | NOTHING            | FRESH      | LAPSED           | NOTICED          | PAST_BOUND         | REFRESH_NOW
      HARMLESS  | new ANSWER 2       | old NONE 0 | new ANSWER 2     | new ANSWER 1     | new ANSWER 2       | new ANSWER 2
      TRANSIENT | failure ANSWER 1   | old NONE 0 | stale ANSWER 1   | stale NONE 1     | failure ANSWER 1   | failure ANSWER 1
      SILENT    | failure DEADLINE 1 | old NONE 0 | stale LONGER 1   | stale LONGER 1   | failure DEADLINE 1 | failure DEADLINE 1
      REFUSAL   | failure ANSWER 1   | old NONE 0 | failure ANSWER 1 | failure ANSWER 1 | failure ANSWER 1   | failure ANSWER 1
      """;

  /** Until a next call is made after KMS has throttled. */
  private static final Duration RATE_RECOVERS = Duration.ofSeconds(2);

  private static final Fault UNAVAILABLE = new Fault.Failure(503, "ServiceUnavailableTemporary");

  @TempDir private Path folder;

  /** The cells of one meaning, by state. */
  private static Map<State, Cell> expected(String table, Outage outage) {
    var lines = table.lines().map(line -> line.split("\\|", -1)).toList();
    var row =
        lines.stream()
            .filter(line -> line[0].strip().equals(outage.meaning().name()))
            .findFirst()
            .orElseThrow();
    var cells = new EnumMap<State, Cell>(State.class);
    for (int i = 1; i < row.length; i++) {
      var state = State.valueOf(lines.getFirst()[i].strip());
      cells.put(state, Cell.parse(row[i].strip(), outage.failure()));
    }
    return cells;
  }

  /** What happens to an agent. */
  private interface Scene {
    Map<State, Cell> play(OutagePlay play) throws IOException;
  }

  private Map<State, Cell> play(
      String table, Outage outage, Function<Workload, AgentSetup> setup, Scene scene)
      throws IOException {
    var expected = expected(table, outage);
    try (var play = new OutagePlay(folder, setup, expected)) {
      var cells = scene.play(play);
      assertThat(cells).as(outage.name()).isEqualTo(expected);
      return cells;
    }
  }

  /** Checks a part of the page, or writes it. */
  private static void verify(String part, Map<String, Map<State, Cell>> cells) {
    var rows =
        cells.entrySet().stream()
            .collect(
                groupingBy(
                    Map.Entry::getValue,
                    LinkedHashMap::new,
                    mapping(Map.Entry::getKey, joining("<br>"))));
    var head = line("what happens", Arrays.stream(State.values()).map(state -> state.heading));
    var rule = "|---".repeat(State.values().length + 1) + "|\n";
    new MeasuredPage(
            Path.of("..", "docs", "internals", "outages-matrix.md"),
            "outages.write",
            "./mvnw test -pl bootstrap -am -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest=OutageMatrixTest")
        .verify(
            part,
            rows.entrySet().stream()
                .map(row -> line(row.getValue(), row.getKey().values().stream()))
                .collect(joining("", head + rule, "")));
  }

  private static String line(String first, Stream<?> others) {
    return Stream.concat(Stream.of(first), others)
        .map(Object::toString)
        .collect(joining(" | ", "| ", " |\n"));
  }

  @Test
  void a_call_to_kms_fails() throws IOException {
    var cells = new LinkedHashMap<String, Map<State, Cell>>();
    for (var outage : Outage.ofKms()) {
      cells.put(
          outage.name(),
          play(
              FAULTS_OF_KMS,
              outage,
              workload -> workload.cloud().setup().with(NO_BREAKER),
              play -> failCalls(play, outage)));
    }
    verify("KMS", cells);
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
  private record Whole(String name, String failure, String settings, Strike strike) {
    private interface Strike {
      void on(OutagePlay play) throws IOException;
    }

    static List<Whole> all() {
      return List.of(
          new Whole(
              "KMS refuses connections",
              "502 UpstreamUnavailable",
              NO_BREAKER,
              OutagePlay::stopKms),
          new Whole(
              "the circuit breaker is open",
              "503 CircuitOpen",
              "KMS.CircuitBreaker.OpenSeconds = 60",
              Whole::openBreaker),
          new Whole(
              "32 calls to KMS are under way", "503 Overloaded", "", Whole::useAllCallsAtOnce),
          new Whole(
              "the agent has slowed down after KMS throttled it",
              "503 Overloaded",
              NO_BREAKER,
              Whole::throttle));
    }

    private static void openBreaker(OutagePlay play) {
      play.workload().emulator().faults().add(UNAVAILABLE);
      readUntil("503 CircuitOpen", play);
    }

    private static void useAllCallsAtOnce(OutagePlay play) {
      var cloud = play.workload().cloud();
      for (int i = 0; i < BoundedCalls.MAX_CALLS; i++) {
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
  }

  @Test
  void kms_is_gone_or_the_agent_makes_no_call() throws IOException {
    var cells = new LinkedHashMap<String, Map<State, Cell>>();
    for (var whole : Whole.all()) {
      var outage = new Outage(whole.name(), TRANSIENT, whole.failure(), List.of(), _ -> {});
      cells.put(
          whole.name(),
          play(
              NO_CALL,
              outage,
              workload -> workload.cloud().setup().with(whole.settings()),
              play -> {
                play.prepare();
                whole.strike().on(play);
                return play.ask(Duration.ZERO, () -> {}, () -> {});
              }));
    }
    verify("the whole", cells);
  }

  @Test
  void sts_gives_no_key() throws IOException {
    noKeys("STS", Workload::rrsa, Outage.ofSts());
  }

  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void the_metadata_service_gives_no_key() throws IOException {
    noKeys("metadata", Workload::ecsRoleOfThisJvm, Outage.ofMetadata());
  }

  private void noKeys(String part, Function<Workload, AgentSetup> setup, List<Outage> outages)
      throws IOException {
    var cells = new LinkedHashMap<String, Map<State, Cell>>();
    for (var outage : outages) {
      cells.put(
          outage.name(),
          play(
              NO_KEY,
              outage,
              workload -> setup.apply(workload).with(NO_BREAKER),
              play -> revokeKeys(play, outage)));
    }
    verify(part, cells);
  }

  /** KMS forgets the key that the agent holds. */
  private static Map<State, Cell> revokeKeys(OutagePlay play, Outage outage) throws IOException {
    var workload = play.workload();
    play.agent().withKey(play.time());
    play.prepare();
    outage.strike().on(workload);
    workload.revokeKeys();
    return play.ask(
        outage.answersWithin(),
        () -> {},
        () -> {
          if (outage.meaning() == SILENT) {
            Patience.see(() -> workload.emulator().sts().calls().total(), calls -> calls > 1);
          }
        });
  }

  private static Stream<List<Outage>> services() {
    return Stream.of(Outage.ofKms(), Outage.ofSts(), Outage.ofMetadata());
  }

  @ParameterizedTest
  @MethodSource("services")
  void no_kind_of_fault_is_left_out(List<Outage> outages) {
    var kinds = new HashSet<Class<?>>();
    outages.forEach(outage -> outage.injected().forEach(it -> kinds.add(it.fault().getClass())));
    assertThat(kinds).isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
  }
}
