package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.faults.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault of KMS met in every state of the cache: what the client gets, from where, and whether
 * KMS was called. Each case has a secret of its own, whose value KMS changes from {@code old} to
 * {@code new} once the first is cached.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultMatrixIT {
  /** What a fault means to the agent. */
  enum Meaning {
    HARMLESS,
    TRANSIENT,
    PERMANENT,
    OURSELVES
  }

  /** What the cache holds when the fault strikes, and how the client asks. */
  enum State {
    NOTHING,
    FRESH,
    LAPSED,
    PAST_BOUND,
    REFRESH_NOW
  }

  /** The value and its {@code Cache-Status}, or {@code failure} for that of the fault. */
  private static final String EXPECTED =
      """
                | NOTHING       | FRESH    | LAPSED                          | PAST_BOUND     | REFRESH_NOW
      HARMLESS  | new, fwd=miss | old, hit | new, fwd=stale                  | new, fwd=stale | new, fwd=request
      TRANSIENT | failure       | old, hit | old, hit; detail=stale-if-error | failure        | failure
      PERMANENT | failure       | old, hit | failure                         | failure        | failure
      OURSELVES | failure       | old, hit | failure                         | failure        | failure
      """;

  record Row(Fault fault, Meaning meaning, String failure) {
    boolean throttles() {
      return failure.startsWith("429");
    }
  }

  private static final Duration LONG = Duration.ofMinutes(1);

  static final List<Row> FAULTS =
      List.of(
          new Row(new Fault.Latency(Duration.ofMillis(50)), Meaning.HARMLESS, "none"),
          new Row(new Fault.Latency(LONG), Meaning.TRANSIENT, "504 UpstreamTimeout"),
          new Row(new Fault.Hang(), Meaning.TRANSIENT, "504 UpstreamTimeout"),
          new Row(new Fault.Drip(Duration.ofMillis(100)), Meaning.TRANSIENT, "504 UpstreamTimeout"),
          new Row(new Fault.Reset(), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Truncated(0), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Truncated(20), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(Fault.throttled(), Meaning.TRANSIENT, "429 Rejected.Throttling"),
          new Row(
              new Fault.Failure(400, "Throttling.User"), Meaning.TRANSIENT, "429 Throttling.User"),
          new Row(
              new Fault.Failure(500, "InternalFailure"),
              Meaning.TRANSIENT,
              "502 UpstreamUnavailable"),
          new Row(
              new Fault.Failure(503, "ServiceUnavailableTemporary"),
              Meaning.TRANSIENT,
              "502 UpstreamUnavailable"),
          new Row(
              new Fault.Failure(400, "IllegalTimestamp"),
              Meaning.TRANSIENT,
              "502 UpstreamUnavailable"),
          new Row(
              new Fault.Failure(403, "Forbidden.InDebt"),
              Meaning.TRANSIENT,
              "403 Forbidden.InDebt"),
          new Row(new Fault.Html(200), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Html(502), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Empty(200), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Empty(503), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(
              new Fault.Redirect("http://elsewhere.example/"),
              Meaning.TRANSIENT,
              "502 UpstreamUnavailable"),
          new Row(new Fault.Malformed(), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Incomplete("SecretData"), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(
              new Fault.Incomplete("VersionStages"), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.WrongTypes(), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(new Fault.Oversized(2 << 20), Meaning.TRANSIENT, "502 UpstreamUnavailable"),
          new Row(
              new Fault.Failure(403, "Forbidden.NoPermission"),
              Meaning.PERMANENT,
              "403 Forbidden.NoPermission"),
          new Row(
              new Fault.Failure(404, "Forbidden.ResourceNotFound"),
              Meaning.PERMANENT,
              "404 Forbidden.ResourceNotFound"),
          new Row(
              new Fault.Failure(409, "Rejected.Disabled"),
              Meaning.PERMANENT,
              "409 Rejected.Disabled"),
          new Row(new Fault.Empty(403), Meaning.PERMANENT, "403 403"),
          new Row(
              new Fault.Failure(404, "InvalidAccessKeyId.NotFound"),
              Meaning.OURSELVES,
              "502 CredentialsUnavailable"),
          new Row(
              new Fault.Failure(400, "SignatureDoesNotMatch"),
              Meaning.OURSELVES,
              "502 CredentialsUnavailable"));

  private static final String SETTINGS =
      """
      KMS.ReadTimeoutMillis = 3000
      KMS.Retry.MaxAttempts = 1
      KMS.CircuitBreaker.Enabled = false
      KMS.MaxConcurrentCalls = 0
      Cache.RefreshAheadRatio = 1.0
      Cache.TtlJitterRatio = 0.0
      Cache.StaleAfterMillis = 60000
      """;
  private static final Duration TTL = Duration.ofSeconds(1);

  private final Cloud cloud = Cloud.start();
  private final AgentProcess keeping = cloud.agent(SETTINGS);
  private final AgentProcess refreshing = cloud.agent(SETTINGS);

  /** Of this one the last call mostly failed; of the other it did not, or not transiently. */
  private final AgentProcess shaken = cloud.agent(SETTINGS + "Cache.TtlSeconds = 1");

  private final AgentProcess lapsing = cloud.agent(SETTINGS + "Cache.TtlSeconds = 1");
  private final AgentProcess forgetting =
      cloud.agent(SETTINGS + "Cache.TtlSeconds = 1\nCache.MaxStaleSeconds = 0");

  record Case(Row row, State state, String secret, AgentClient client) {
    CompletableFuture<Answer> ask() {
      var refreshNow = state == State.REFRESH_NOW ? "&refreshNow=true" : "";
      return client.getAsync("/secretsmanager/get?secretId=" + secret + refreshNow);
    }

    @Override
    public String toString() {
      return row.fault() + ", " + state;
    }
  }

  private final List<Case> cases =
      FAULTS.stream()
          .flatMap(row -> Arrays.stream(State.values()).map(state -> newCase(row, state)))
          .toList();
  private final Map<Case, CompletableFuture<Answer>> answers = new HashMap<>();

  private Case newCase(Row row, State state) {
    var agent =
        switch (state) {
          case NOTHING, FRESH -> keeping;
          case REFRESH_NOW -> refreshing;
          case LAPSED -> row.meaning() == Meaning.TRANSIENT ? shaken : lapsing;
          case PAST_BOUND -> forgetting;
        };
    return new Case(row, state, cloud.newSecret("old"), agent.client());
  }

  @BeforeAll
  void strike() {
    cases.stream().filter(each -> each.state() != State.NOTHING).forEach(FaultMatrixIT::cache);
    var lapsed = System.nanoTime() + TTL.toNanos();
    cases.forEach(each -> cloud.emulator().secrets().put(each.secret(), "v2", "new"));
    cases.forEach(each -> cloud.fail(each.secret(), each.row().fault()));
    Eventually.see(() -> System.nanoTime() - lapsed, late -> late > 0);
    cloud.emulator().calls().clear();
    var others = ask(each -> !each.row().throttles());
    others.values().forEach(CompletableFuture::join);
    answers.putAll(others);
    answers.putAll(ask(each -> each.row().throttles()));
  }

  /** Throttling comes last: it slows the whole agent down, though not for the next call. */
  private Map<Case, CompletableFuture<Answer>> ask(Predicate<Case> which) {
    return cases.stream().filter(which).collect(toMap(Function.identity(), Case::ask));
  }

  private static void cache(Case each) {
    Eventually.see(() -> each.client().secret(each.secret()).status(), status -> status == 200);
  }

  @AfterAll
  void clean_up() throws IOException {
    Stream.of(keeping, refreshing, shaken, lapsing, forgetting).forEach(AgentProcess::close);
    cloud.close();
  }

  private List<Case> cases() {
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  @ShowsEffectOf("KMS.CircuitBreaker.Enabled")
  void the_client_gets_what_there_is(Case each) {
    assertThat(answerTo(each).summary()).isEqualTo(expected(each));
  }

  private Answer answerTo(Case each) {
    return requireNonNull(answers.get(each)).join();
  }

  private static String expected(Case each) {
    var rows = EXPECTED.lines().map(line -> line.split(" *\\| ", -1)).toList();
    var column = Arrays.asList(rows.getFirst()).indexOf(each.state().name());
    var cell =
        rows.stream()
            .filter(row -> row[0].equals(each.row().meaning().name()))
            .map(row -> row[column])
            .findFirst()
            .orElseThrow();
    return cell.equals("failure") ? each.row().failure() : cell;
  }

  /** A stale value is given before the call in its background. */
  @ParameterizedTest
  @MethodSource("cases")
  void kms_is_called_once_unless_the_value_is_fresh(Case each) {
    var expected = each.state() == State.FRESH ? 0 : 1;

    answerTo(each);

    assertThat(Eventually.see(() -> cloud.calls(each.secret()), calls -> calls >= expected))
        .isEqualTo(expected);
  }

  @Test
  void no_kind_of_fault_is_left_out() {
    assertThat(FAULTS.stream().map(row -> row.fault().getClass()).collect(toSet()))
        .isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
  }
}
