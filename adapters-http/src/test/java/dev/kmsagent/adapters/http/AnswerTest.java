package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.AgentAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request that was admitted gets: the secret, or why not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswerTest {
  private static final Path PAGE = Path.of("../docs/when-something-is-wrong.md");
  private static final SecretName NAME = new SecretName("app");
  private static final String MARKER = "canary-7f3a9c51e2";

  @AutoClose private final TestAgent agent = new TestAgent();

  @BeforeAll
  void letTimePass() {
    for (var state : CacheState.values()) {
      agent.secrets.answer(state.name(), agent.found(secret(state.name()), state));
    }
    agent.time.advance(Duration.ofSeconds(87));
  }

  private static Secret secret(String name) {
    return Secrets.text(name, "v1", "väl\"ue");
  }

  @ParameterizedTest
  @CsvSource({
    "HIT, hit; ttl=213",
    "STALE, hit; ttl=213; detail=stale-if-error",
    "MISS, fwd=miss",
    "REVALIDATED, fwd=stale",
    "REFRESHED, fwd=request"
  })
  void the_state_of_the_cache_is_told(String state, String told) {
    assertThat(agent.get("/v1/" + state).header("Cache-Status")).isEqualTo("kms-agent; " + told);
  }

  @Test
  void a_stale_answer_has_a_negative_time_to_live_rounded_down() {
    try (var other = new TestAgent()) {
      other.secrets.answer("s", new Found(other.entry(secret("s")), CacheState.STALE));
      other.time.advance(Duration.ofMillis(336_500));
      var answer = other.get("/v1/s");
      assertThat(answer.header("Cache-Status"))
          .isEqualTo("kms-agent; hit; ttl=-37; detail=stale-if-error");
      assertThat(answer.header("Age")).isEqualTo("336");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HIT", "MISS"})
  void the_headers_are_these_and_no_others(CacheState state) {
    var answer = agent.get("/v1/" + state);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text("SecretData")).isEqualTo("väl\"ue");
    assertThat(answer.headers().keySet())
        .containsExactlyInAnyOrder(
            "content-type",
            "content-length",
            "cache-control",
            "x-content-type-options",
            "x-request-id",
            "cache-status",
            "age",
            "etag");
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Age")).isEqualTo("87");
    assertThat(answer.header("X-Request-Id"))
        .startsWith("test-")
        .isNotEqualTo(agent.get("/v1/" + state).header("X-Request-Id"));
  }

  private AgentAnswer answerTo(String name, NoSecret reason) {
    agent.secrets.answer(name, reason);
    return agent.get("/v1/" + name);
  }

  /** Causes, the status and code of the answer, and the code where KMS gave none. */
  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, 502, UpstreamUnavailable, UpstreamUnavailable",
    "TLS, 502, UpstreamUnavailable, UpstreamUnavailable",
    "SERVER_ERROR, 502, UpstreamUnavailable, UpstreamUnavailable",
    "UNREADABLE, 502, UpstreamUnavailable, UpstreamUnavailable",
    "CLOCK, 502, UpstreamUnavailable, UpstreamUnavailable",
    "TIMEOUT, 504, UpstreamTimeout, UpstreamTimeout",
    "DEADLINE, 504, UpstreamTimeout, UpstreamTimeout",
    "THROTTLED, 429, What.KmsSaid, TooManyRequests",
    "ACCOUNT, 403, What.KmsSaid, Forbidden.InDebt",
    "CREDENTIALS, 502, CredentialsUnavailable, CredentialsUnavailable",
    "CIRCUIT_OPEN, 503, CircuitOpen, CircuitOpen",
    "BULKHEAD_FULL, 503, Overloaded, Overloaded",
    "RATE_LIMITED, 503, Overloaded, Overloaded",
    "NO_NEWER_VERSION, 409, NoNewerVersion, NoNewerVersion",
    "AUDIT, 503, AuditUnavailable, AuditUnavailable"
  })
  void a_passing_trouble_has_a_status_a_code_and_the_time_of_a_retry(
      Cause cause, int status, String code, String own) {
    var answer = answerTo(cause.name(), new Unavailable(cause, "What.KmsSaid", "A sentence."));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text("Code")).isEqualTo(code);
    assertThat(answer.text("Message")).isEqualTo("A sentence.");
    var mayPassSoon = Set.of(409, 429, 503).contains(status);
    assertThat(answer.header("Retry-After")).isEqualTo(mayPassSoon ? "1" : "");
    assertThat(Failure.of(new Unavailable(cause, "", "A sentence."), NAME).code()).isEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource({
    "400, InvalidParameter",
    "403, Forbidden.NoPermission",
    "404, Forbidden.ResourceNotFound",
    "409, Rejected.PendingDeletion"
  })
  void a_refusal_is_passed_on_in_kms_own_words_and_names_the_secret(int status, String code) {
    var error = new KmsError(status, code, "Its words.", "kms-1");
    var answer = answerTo("r" + status, new Refused(error, Refused.Scope.SECRET));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Retry-After")).isEmpty();
    assertThat(answer.body())
        .isEqualTo(
            ("{\"Code\":\"%s\",\"Message\":\"Its words. The secret asked for is 'r%d'.\","
                    + "\"RequestId\":\"kms-1\"}")
                .formatted(code, status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          app+dev            | 'app dev'; + in a query is a space, write %2B for it.
          app%2Bdev          | 'app+dev'.
          %E2%80%AE%E5%AF%86 | '??'.
          """)
  void a_refusal_names_the_secret_as_it_was_understood_in_plain_ascii(String id, String named) {
    for (var dialect : ResponseType.values()) {
      try (var other = new TestAgent(dialect)) {
        var answer = other.get("/secretsmanager/get?secretId=" + id);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("The secret asked for is " + named + '"');
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"200", "302", "500", "0"})
  void a_refusal_with_a_status_that_refuses_nothing_is_kms_own_fault(int status) {
    var error = new KmsError(status, "Odd", "Its words.", "kms-1");
    var answer = answerTo("odd" + status, new Refused(error, Refused.Scope.QUERY));
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.text("Code")).isEqualTo("UpstreamUnavailable");
  }

  @Test
  void our_own_identity_being_refused_is_no_fault_of_the_client() {
    var answer = answerTo("i", new IdentityRefused("SignatureDoesNotMatch", "A sentence."));
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.text("Code")).isEqualTo("CredentialsUnavailable");
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("X-Request-Id")).isEqualTo(answer.text("RequestId"));
    assertThat(answer.headers()).doesNotContainKeys("server", "date", "cache-status");
  }

  static Stream<Failure> failures() {
    var ours =
        Stream.of(
            Failure.invalidParameter("x"),
            Failure.FORWARDED,
            Failure.unreadable(414, "x"),
            Failure.unreadable(431, "x"),
            Failure.FORBIDDEN_HOST,
            Failure.forbiddenToken(List.of(), false),
            Failure.NO_SUCH_PATH,
            Failure.METHOD_NOT_ALLOWED,
            Failure.TOO_MANY_REQUESTS,
            Failure.INTERNAL,
            Failure.of(new IdentityRefused("", "x"), NAME));
    var upstream =
        Stream.of(Cause.values())
            .filter(cause -> cause != Cause.ACCOUNT) // Always with KMS's own code.
            .map(cause -> Failure.of(new Unavailable(cause, "", "x"), NAME));
    return Stream.concat(ours, upstream);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void every_failure_has_a_row_on_the_page_of_symptoms(Failure failure) throws IOException {
    var status = Integer.toString(failure.status());
    assertThat(Files.readAllLines(PAGE))
        .anyMatch(
            line ->
                line.startsWith("| ")
                    && line.split("\\|", -1)[1].contains(status)
                    && line.contains("`" + failure.code() + "`"));
  }

  /** A secret and a token are sent down every way, and bugs say more than they should. */
  @ParameterizedTest
  @EnumSource
  void the_secret_is_in_the_body_that_should_hold_it_and_nowhere_else(ResponseType dialect) {
    try (var log = LogRecorder.ofProcess();
        var other = new TestAgent(dialect, "MaxConn = 1")) {
      other.give(Secrets.text("canary", "v1", MARKER));
      var answer = other.get("/v1/canary");
      assertThat(answer.body()).contains(MARKER);
      assertThat(answer.headers().toString()).doesNotContain(MARKER);

      var rejected =
          List.of(
              other.send(other.port, "GET", "/v1/canary"),
              other.get("/v1/canary?versionStage=" + "x".repeat(600)),
              other.raw("GET /v1/a HTTP/1.1", "X-KMS-Token : " + TestAgent.TOKEN));
      assertThat(answersToBugs(other) + rejected.toString())
          .doesNotContain(MARKER, TestAgent.TOKEN);
      assertThat(other.events.all().toString()).doesNotContain(MARKER, TestAgent.TOKEN);
      assertThat(log.texts())
          .anyMatch(line -> line.contains("request_failed") && line.contains("IllegalState"))
          .noneMatch(line -> line.contains(MARKER) || line.contains(TestAgent.TOKEN))
          .noneMatch(line -> line.contains("CompletionException"));
    }
  }

  /** Of an agent that answers one request at a time: none keeps its permit. */
  private static List<AgentAnswer> answersToBugs(TestAgent agent) {
    var bug = new IllegalStateException(MARKER, new IllegalArgumentException(MARKER));
    agent.secrets.answer(
        "thrown",
        () -> {
          throw bug;
        });
    agent.secrets.answer("failed", () -> CompletableFuture.failedFuture(bug));
    var answers = new ArrayList<AgentAnswer>();
    for (var name : List.of("thrown", "thrown", "failed", "failed")) {
      answers.add(agent.get("/v1/" + name));
    }
    assertThat(agent.get("/v1/canary").status()).isEqualTo(200);
    agent.secrets.breakDown(bug);
    answers.add(agent.get("/v1/any"));
    answers.add(agent.get("/v1/any?refreshNow=1"));
    assertThat(answers)
        .allMatch(it -> it.status() == 500 && it.header("X-Request-Id").startsWith("test-"))
        .allMatch(it -> it.body().contains("InternalFailure") && !it.body().contains("Exception"));
    return answers;
  }
}
