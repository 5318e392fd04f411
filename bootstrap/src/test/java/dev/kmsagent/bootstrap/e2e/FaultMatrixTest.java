package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault of KMS met in every state of the cache: what the client gets, from where, how long
 * that takes, and whether KMS was called. Each case has a secret of its own, whose value KMS
 * changes from {@code old} to {@code new} once the first is cached.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultMatrixTest {
  private static final Expectations EXPECTED =
      new Expectations(
          """
                    | NOTHING                      | FRESH           | NOTICED
          HARMLESS  | new, after the answer, 1     | old, at once, 0 | stale, at once, 1
          TRANSIENT | failure, after the answer, 1 | old, at once, 0 | stale, at once, 1
          SILENT    | failure, at the deadline, 1  | old, at once, 0 | stale, at once, 1
          PERMANENT | failure, after the answer, 1 | old, at once, 0 | stale, at once, 1
          OURSELVES | failure, after the answer, 1 | old, at once, 0 | stale, at once, 1
          """,
          """
                    | LAPSED                           | PAST_BOUND                   | REFRESH_NOW
          HARMLESS  | new, after the answer, 1         | new, after the answer, 1     | new, after the answer, 1
          TRANSIENT | stale, after the answer, 1       | failure, after the answer, 1 | failure, after the answer, 1
          SILENT    | stale, after StaleAfterMillis, 1 | failure, at the deadline, 1  | failure, at the deadline, 1
          PERMANENT | failure, after the answer, 1     | failure, after the answer, 1 | failure, after the answer, 1
          OURSELVES | failure, after the answer, 1     | failure, after the answer, 1 | failure, after the answer, 1
          """);

  private static final String SETTINGS =
      Waits.SETTINGS
          + """
          KMS.CircuitBreaker.Enabled = false
          Cache.RefreshAheadRatio = 1.0
          Cache.TtlJitterRatio = 0.0
          """;
  private static final Duration TTL = Duration.ofSeconds(1);

  /** The longest that an answer takes that is late, not the deadline's. */
  private static final Duration LATE = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final Relay road = Relay.to(cloud.emulator().port());
  private final WiredAgent keeping = agent("");

  /** Apart from the former, so that neither makes more calls at once than an agent may. */
  private final WiredAgent refreshing = agent("");

  private final WiredAgent lapsing = agent("Cache.TtlSeconds = 1");

  /** Of this one the last call has failed, for a reason that concerns every secret. */
  private final WiredAgent shaken = agent("Cache.TtlSeconds = 1");

  private final WiredAgent forgetting = agent("Cache.TtlSeconds = 1\nCache.MaxStaleSeconds = 0");

  private WiredAgent agent(String config) {
    var endpoint = "KMS.Endpoint = \"" + road.endpoint() + "\"";
    return WiredAgent.startWithoutRetries(
        cloud.setup().with(SETTINGS).with(endpoint).with(config), time);
  }

  record Case(KmsFaults.Row row, State state, String secret, AgentClient client) {
    Cell expected() {
      return EXPECTED.cell(row.meaning().name(), state, row.failure());
    }

    @Override
    public String toString() {
      return row + ", " + state;
    }
  }

  private final List<Case> cases =
      KmsFaults.all().stream()
          .flatMap(row -> Arrays.stream(State.values()).map(state -> newCase(row, state)))
          .toList();
  private Map<Case, CompletableFuture<Barrier.Timed>> answers = Map.of();
  private Map<Case, Cell> measured = Map.of();

  private Case newCase(KmsFaults.Row row, State state) {
    var agent =
        switch (state) {
          case NOTHING, FRESH -> keeping;
          case REFRESH_NOW -> refreshing;
          case LAPSED -> lapsing;
          case NOTICED -> shaken;
          case PAST_BOUND -> forgetting;
        };
    return new Case(row, state, cloud.newSecret("old"), agent.client());
  }

  @BeforeAll
  void strike() {
    cases.stream().filter(each -> each.state() != State.NOTHING).forEach(FaultMatrixTest::cache);
    cases.forEach(each -> cloud.emulator().secrets().put(each.secret(), "v2", "new"));
    cases.forEach(each -> cloud.fail(each.secret(), each.row().fault()));
    shake();
    time.advance(TTL);
    cloud.emulator().calls().clear();
    answers = ask();
    measured = cases.stream().collect(toMap(Function.identity(), this::measure));
  }

  private static void cache(Case each) {
    assertThat(each.client().secret(each.secret()).summary()).isEqualTo("old, fwd=miss");
  }

  private void shake() {
    var secret = cloud.newSecret("value");
    cloud.fail(secret, new Fault.Failure(400, "IllegalTimestamp"));
    shaken.client().secret(secret);
  }

  /** Everything at once, before anything comes back from KMS. */
  private Map<Case, CompletableFuture<Barrier.Timed>> ask() {
    var barrier = new Barrier(time, List.of(road));
    var asked = cases.stream().collect(toMap(Function.identity(), each -> ask(barrier, each)));
    barrier.open(() -> cases.forEach(this::awaitCall), new Barrier.Course(LATE));
    return asked;
  }

  private static CompletableFuture<Barrier.Timed> ask(Barrier barrier, Case each) {
    return barrier.watch(
        each.expected().waits(), () -> each.state().ask(each.client(), each.secret()));
  }

  private void awaitCall(Case each) {
    Patience.see(() -> cloud.calls(each.secret()), seen -> seen >= each.expected().calls());
  }

  @AfterAll
  void clean_up() throws IOException {
    Stream.of(keeping, refreshing, lapsing, shaken, forgetting).forEach(WiredAgent::close);
    road.close();
    cloud.close();
  }

  private List<Case> cases() {
    return cases;
  }

  private Barrier.Timed answerTo(Case each) {
    return requireNonNull(answers.get(each)).join();
  }

  /** A stale value is given before the call in its background has come through. */
  private Cell measure(Case each) {
    var answer = answerTo(each);
    var calls =
        Patience.see(() -> cloud.calls(each.secret()), seen -> seen >= each.expected().calls());
    return new Cell(Cell.got(answer.answer()), answer.waits(), calls);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void the_client_gets_what_there_is_as_soon_as_it_can(Case each) {
    assertThat(measured.get(each)).isEqualTo(each.expected());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void the_answer_says_where_it_is_from(Case each) {
    assertThat(answerTo(each).answer().cacheStatus())
        .isEqualTo(each.state().cacheStatus(each.expected()));
  }

  /** The background hears of it; until then the old value counts as good. */
  @ParameterizedTest
  @MethodSource("refusedInAnOutage")
  void what_kms_refuses_is_served_once_more_at_most(Case each) {
    assertThat(
            Patience.see(
                () -> each.client().secret(each.secret()).verdict(),
                verdict -> verdict.equals(each.row().failure())))
        .isEqualTo(each.row().failure());
  }

  private Stream<Case> refusedInAnOutage() {
    return cases.stream()
        .filter(each -> each.state() == State.NOTICED)
        .filter(each -> each.row().meaning() == KmsFaults.Meaning.PERMANENT);
  }

  @Test
  void the_page_on_outages_shows_what_was_measured() {
    var rows =
        cases.stream()
            .collect(
                groupingBy(
                    each -> each.row().name(),
                    LinkedHashMap::new,
                    toMap(Case::state, each -> requireNonNull(measured.get(each)))));

    OutagesPage.verify(FaultMatrixTest.class, "KMS", rows);
  }

  @Test
  void no_kind_of_fault_is_left_out() {
    assertThat(KmsFaults.all().stream().map(row -> row.fault().getClass()).collect(toSet()))
        .isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
  }
}
