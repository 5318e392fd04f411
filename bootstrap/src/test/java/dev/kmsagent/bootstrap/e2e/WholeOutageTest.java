package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** KMS gone as a whole, and the agent itself holding its calls back, met in every state. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WholeOutageTest {
  private static final Expectations EXPECTED =
      new Expectations(
          """
            | NOTHING             | FRESH           | LAPSED            | NOTICED           | PAST_BOUND          | REFRESH_NOW
          * | failure, at once, 0 | old, at once, 0 | stale, at once, 0 | stale, at once, 0 | failure, at once, 0 | failure, at once, 0
          """);

  private static final Fault UNAVAILABLE = new Fault.Failure(503, "ServiceUnavailableTemporary");

  /** What befalls an agent. */
  private interface Strike {
    void on(TestCloud cloud, AgentClient client, VirtualTime time);
  }

  /** One row: an agent with these lines of configuration, and what befalls it. */
  record Row(String name, String failure, String settings, Strike strike) {
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
              (cloud, _, _) -> stop(cloud)),
          new Row(
              "the circuit breaker is open",
              "503 CircuitOpen",
              "KMS.CircuitBreaker.OpenSeconds = 60",
              WholeOutageTest::openBreaker),
          new Row(
              "32 calls to KMS are under way", "503 Overloaded", "", WholeOutageTest::fillBulkhead),
          new Row(
              "the agent has slowed down after KMS throttled it",
              "503 Overloaded",
              "KMS.CircuitBreaker.Enabled = false",
              WholeOutageTest::throttle));

  private static void stop(TestCloud cloud) {
    try {
      cloud.emulator().kms().stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void openBreaker(TestCloud cloud, AgentClient client, VirtualTime time) {
    cloud.emulator().faults().add(UNAVAILABLE);
    readUntil("503 CircuitOpen", cloud, client);
  }

  private static void fillBulkhead(TestCloud cloud, AgentClient client, VirtualTime time) {
    for (int i = 0; i < BoundedCalls.MAX_CALLS; i++) {
      var hanging = cloud.newSecret("value");
      cloud.fail(hanging, new Fault.Hang());
      var _ = client.readAsync(hanging);
      Patience.see(() -> cloud.calls(hanging), calls -> calls > 0);
    }
  }

  /** Twice, and from one call a second, so that the next call is seconds away. */
  private static void throttle(TestCloud cloud, AgentClient client, VirtualTime time) {
    time.advance(Duration.ofSeconds(2));
    cloud.emulator().faults().add(Fault.throttled());
    readUntil("503 Overloaded", cloud, client);
    time.advance(Duration.ofSeconds(3));
    assertThat(client.secret(cloud.newSecret("value")).verdict())
        .isEqualTo("429 Rejected.Throttling");
    readUntil("503 Overloaded", cloud, client);
  }

  private static void readUntil(String verdict, TestCloud cloud, AgentClient client) {
    Patience.see(() -> client.secret(cloud.newSecret("value")).verdict(), verdict::equals);
  }

  private final Map<Row, Map<State, Cell>> measured =
      ROWS.stream().collect(toMap(row -> row, WholeOutageTest::play));

  private static Map<State, Cell> play(Row row) {
    var time = new VirtualTime();
    var cloud = TestCloud.at(time);
    var setup = cloud.setup().with(OutageScene.SETTINGS).with(row.settings());
    try (cloud;
        var agent = WiredAgent.startWithoutRetries(setup, time)) {
      var secrets = new AgedSecrets(time, cloud, agent.client());
      return new OutageScene(time, secrets, List.of())
          .play(
              () -> row.strike().on(cloud, agent.client(), time),
              new Barrier.Course(Duration.ZERO),
              row.expected());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Row> rows() {
    return ROWS.stream();
  }

  private Map<State, Cell> measured(Row row) {
    return requireNonNull(measured.get(row));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void what_is_cached_is_served_at_once_and_kms_is_left_alone(Row row) {
    assertThat(measured(row)).isEqualTo(row.expected());
  }

  @Test
  void the_page_on_outages_shows_what_was_measured() {
    var cells = new LinkedHashMap<String, Map<State, Cell>>();
    ROWS.forEach(row -> cells.put(row.name(), measured(row)));

    OutagesPage.verify(WholeOutageTest.class, "the whole", cells);
  }
}
