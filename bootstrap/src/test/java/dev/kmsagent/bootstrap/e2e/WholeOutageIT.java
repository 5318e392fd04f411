package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** KMS gone as a whole, and the agent itself holding its calls back, met in every state. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WholeOutageIT {
  private static final Expectations EXPECTED =
      new Expectations(
          """
            | NOTHING             | FRESH           | LAPSED            | NOTICED           | PAST_BOUND          | REFRESH_NOW
          * | failure, at once, 0 | old, at once, 0 | stale, at once, 0 | stale, at once, 0 | failure, at once, 0 | failure, at once, 0
          """);

  private static final Fault UNAVAILABLE = new Fault.Failure(503, "ServiceUnavailableTemporary");

  /** One row: an agent with these lines of configuration, and what befalls it. */
  record Row(String name, String failure, String settings, BiConsumer<Cloud, AgentClient> strike) {
    Map<State, Cell> expected() {
      return EXPECTED.line("*", failure);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Row> ROWS =
      List.of(
          new Row(
              "KMS refuses connections",
              "502 UpstreamUnavailable",
              "KMS.CircuitBreaker.Enabled = false",
              (cloud, _) -> stop(cloud)),
          new Row(
              "the circuit breaker is open",
              "503 CircuitOpen",
              "KMS.CircuitBreaker.MinimumCalls = 3\nKMS.CircuitBreaker.OpenSeconds = 60",
              WholeOutageIT::openBreaker),
          new Row(
              "`KMS.MaxConcurrentCalls` are under way",
              "503 Overloaded",
              "KMS.MaxConcurrentCalls = 1",
              WholeOutageIT::fillBulkhead),
          new Row(
              "the agent has slowed down after KMS throttled it",
              "503 Overloaded",
              "KMS.CircuitBreaker.Enabled = false",
              WholeOutageIT::throttle));

  private static void stop(Cloud cloud) {
    try {
      cloud.emulator().kms().stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void openBreaker(Cloud cloud, AgentClient client) {
    cloud.emulator().faults().add(UNAVAILABLE);
    Eventually.see(
        () -> client.secret(cloud.newSecret("value")).verdict(),
        verdict -> verdict.equals("503 CircuitOpen"));
  }

  private static void fillBulkhead(Cloud cloud, AgentClient client) {
    var hanging = cloud.newSecret("value");
    cloud.fail(hanging, new Fault.Hang());
    var _ = client.readAsync(hanging);
    Eventually.see(() -> cloud.calls(hanging), calls -> calls == 1);
  }

  /** Twice, and from one call a second, so that the next call is seconds away. */
  private static void throttle(Cloud cloud, AgentClient client) {
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
    cloud.emulator().faults().add(Fault.throttled());
    for (var next : List.of("503 Overloaded", "429 Rejected.Throttling", "503 Overloaded")) {
      Eventually.see(
          () -> client.secret(cloud.newSecret("value")).verdict(), verdict -> verdict.equals(next));
    }
  }

  private Map<Row, CompletableFuture<Map<State, Cell>>> measured = Map.of();

  @BeforeAll
  void play() {
    // Not virtual ones: the first agent initialises a class, for which those would wait pinned.
    var threads = Executors.newFixedThreadPool(ROWS.size());
    measured =
        ROWS.stream()
            .collect(
                toMap(row -> row, row -> CompletableFuture.supplyAsync(() -> cells(row), threads)));
  }

  private static Map<State, Cell> cells(Row row) {
    var cloud = Cloud.start();
    var setup =
        cloud.setup().with(Scene.SETTINGS).with("KMS.Retry.MaxAttempts = 1").with(row.settings());
    try (cloud;
        var agent = AgentProcess.start(setup)) {
      var secrets = new AgedSecrets(cloud, agent.client());
      return new Scene(secrets, List.of())
          .play(() -> row.strike().accept(cloud, agent.client()), row.expected());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Row> rows() {
    return ROWS.stream();
  }

  private Map<State, Cell> measured(Row row) {
    return requireNonNull(measured.get(row)).join();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void what_is_cached_is_served_at_once_and_kms_is_left_alone(Row row) {
    assertThat(measured(row)).isEqualTo(row.expected());
  }

  @Test
  void the_page_on_outages_shows_what_was_measured() throws IOException {
    var cells = new LinkedHashMap<String, Map<State, Cell>>();
    ROWS.forEach(row -> cells.put(row.name(), measured(row)));

    OutagesPage.verify(WholeOutageIT.class, "the whole", cells);
  }
}
