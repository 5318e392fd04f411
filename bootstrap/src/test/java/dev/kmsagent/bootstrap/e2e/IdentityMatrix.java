package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Everything that can go wrong with an agent's keys, met in every state: an agent and a cloud of
 * its own for each. KMS forgets the key that the agent holds as the fault strikes.
 */
final class IdentityMatrix {
  private static final Expectations EXPECTED =
      new Expectations(
          """
                    | NOTHING                      | FRESH           | NOTICED
          HARMLESS  | new, after the answer, 2     | old, at once, 0 | new, after the answer, 1
          TRANSIENT | failure, after the answer, 1 | old, at once, 0 | stale, at once, 1
          SILENT    | failure, at the deadline, 1  | old, at once, 0 | stale, after StaleAfterMillis, 1
          REFUSAL   | failure, after the answer, 1 | old, at once, 0 | failure, after the answer, 1
          """,
          """
                    | LAPSED                           | PAST_BOUND
          HARMLESS  | new, after the answer, 2         | new, after the answer, 2
          TRANSIENT | stale, after the answer, 1       | failure, after the answer, 1
          SILENT    | stale, after StaleAfterMillis, 1 | failure, at the deadline, 1
          REFUSAL   | failure, after the answer, 1     | failure, after the answer, 1
          """,
          """
                    | REFRESH_NOW
          HARMLESS  | new, after the answer, 2
          TRANSIENT | failure, after the answer, 1
          SILENT    | failure, at the deadline, 1
          REFUSAL   | failure, after the answer, 1
          """);

  private static final String SETTINGS =
      OutageScene.SETTINGS
          + """
          KMS.CircuitBreaker.Enabled = false
          Log.Audit = true
          """;

  /**
   * What came of one fault.
   *
   * @param refusals the codes that STS gave
   * @param askedAt when STS was called, the first time included
   * @param confidences what the agent had to keep to itself, by kind
   * @param told which of it it told, and where
   */
  record Played(
      Map<State, Cell> cells,
      Set<String> refusals,
      List<Instant> askedAt,
      Set<String> confidences,
      List<String> told) {
    Played {
      confidences = Set.copyOf(confidences);
      told = List.copyOf(told);
      refusals = Set.copyOf(refusals);
      askedAt = List.copyOf(askedAt);
    }

    /** The most calls that STS got within a minute. */
    long mostInAMinute() {
      return askedAt.stream().mapToLong(this::inTheMinuteFrom).max().orElse(0);
    }

    private long inTheMinuteFrom(Instant begin) {
      var end = begin.plusSeconds(60);
      return askedAt.stream().filter(at -> !at.isBefore(begin) && at.isBefore(end)).count();
    }
  }

  private final Path folder;
  private final Function<Workload, AgentSetup> identity;
  private final Map<String, Played> plays = new LinkedHashMap<>();

  /**
   * @param folder for the tokens of the workloads
   * @param identity of an agent
   */
  IdentityMatrix(Path folder, Function<Workload, AgentSetup> identity) {
    this.folder = folder;
    this.identity = identity;
  }

  /** Plays these, one after the other. */
  void play(List<IdentityFaults.Row> rows) {
    rows.forEach(row -> plays.put(row.name(), play(row)));
  }

  private Played play(IdentityFaults.Row row) {
    var time = new VirtualTime();
    try (var workload = Workload.at(time, folder);
        var road = Relay.to(workload.emulator().port());
        var agent = agent(workload, road, time)) {
      var secrets = new AgedSecrets(time, workload.cloud(), agent.client());
      var scene = new OutageScene(time, secrets, List.of(road));
      var confidences = new Confidences(workload);
      var cells =
          scene.play(
              () -> strike(row, workload, confidences), course(row, workload), expected(row));
      confidences.note();
      var told = new ArrayList<>(confidences.toldTo(agent.client()));
      told.addAll(confidences.toldIn("answers", scene.answers()));
      told.addAll(confidences.toldIn("audit trail", String.join("\n", agent.audit())));
      return played(cells, workload.emulator().sts().calls(), confidences, told);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A service that stays silent has been asked for another key since the agent started. */
  private static Barrier.Course course(IdentityFaults.Row row, Workload workload) {
    return switch (row.meaning()) {
      case HARMLESS, TRANSIENT, REFUSAL -> new Barrier.Course(row.answersWithin());
      case SILENT ->
          new Barrier.Course(
              row.answersWithin(),
              () -> Patience.see(() -> workload.emulator().sts().calls().total(), n -> n > 1));
    };
  }

  private WiredAgent agent(Workload workload, Relay road, VirtualTime time) {
    var endpoint = "KMS.Endpoint = \"" + road.endpoint() + "\"";
    var setup = identity.apply(workload).with(SETTINGS).with(endpoint);
    return WiredAgent.startWithoutRetries(setup, time).withKey(time);
  }

  private static void strike(IdentityFaults.Row row, Workload workload, Confidences confidences) {
    confidences.note();
    row.strike().accept(workload);
    workload.revokeKeys();
  }

  static Map<State, Cell> expected(IdentityFaults.Row row) {
    return EXPECTED.line(row.meaning().name(), row.failure());
  }

  private static Played played(
      Map<State, Cell> cells, CallLog sts, Confidences confidences, List<String> told) {
    var refusals =
        sts.latest().stream()
            .map(Call::outcome)
            .filter(Call.Outcome.Refused.class::isInstance)
            .map(outcome -> ((Call.Outcome.Refused) outcome).code())
            .collect(toSet());
    var askedAt = sts.latest().stream().map(Call::at).toList();
    return new Played(cells, refusals, askedAt, confidences.kinds(), told);
  }

  /** What came of this fault. */
  Played played(IdentityFaults.Row row) {
    return requireNonNull(plays.get(row.name()));
  }

  /** All that was measured, by the names of the faults. */
  Map<String, Map<State, Cell>> measured() {
    var cells = new LinkedHashMap<String, Map<State, Cell>>();
    plays.forEach((name, played) -> cells.put(name, played.cells()));
    return cells;
  }
}
