package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.kmsagent.adapters.kms.transport.CappedBody;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each fault of KMS comes to, by the real SDK against the emulator. */
final class FaultsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Rig rig = new Rig();
  private KmsEmulator emulator;
  private Rig.Kms source;
  private Rig.Kms hasty;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").start();
    emulator.secrets().create("app/db", "hunter2");
    var settings = Rig.settings(URI.create("http://" + emulator.endpoint()));
    source = rig.source(settings, Rig.accessKey("ak", "sk"));
    hasty = rig.source(Rig.withReadTimeout(settings, SHORT), Rig.accessKey("ak", "sk"));
  }

  @AfterEach
  void stop() throws IOException {
    source.close();
    hasty.close();
    rig.close();
    emulator.close();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(new Fault.Reset(), Cause.UNREACHABLE),
        Arguments.of(new Fault.Truncated(10), Cause.UNREACHABLE),
        Arguments.of(Fault.throttled(), Cause.THROTTLED),
        Arguments.of(new Fault.Failure(503, "ServiceUnavailableTemporary"), Cause.SERVER_ERROR),
        Arguments.of(new Fault.Failure(500, "InternalFailure"), Cause.SERVER_ERROR),
        Arguments.of(new Fault.Failure(403, "Forbidden.InDebtOverdue"), Cause.ACCOUNT),
        Arguments.of(new Fault.Failure(400, "IllegalTimestamp"), Cause.CLOCK),
        Arguments.of(new Fault.Html(502), Cause.SERVER_ERROR),
        Arguments.of(new Fault.Html(503), Cause.SERVER_ERROR),
        Arguments.of(new Fault.Html(429), Cause.THROTTLED),
        Arguments.of(new Fault.Html(200), Cause.UNREADABLE),
        Arguments.of(new Fault.Html(400), Cause.UNREADABLE),
        Arguments.of(new Fault.Html(401), Cause.UNREADABLE),
        Arguments.of(new Fault.Html(403), Cause.UNREADABLE),
        Arguments.of(new Fault.Html(404), Cause.UNREADABLE),
        Arguments.of(new Fault.Html(407), Cause.UNREACHABLE),
        Arguments.of(new Fault.Empty(401), Cause.UNREADABLE),
        Arguments.of(new Fault.Empty(403), Cause.UNREADABLE),
        Arguments.of(new Fault.Empty(404), Cause.UNREADABLE),
        Arguments.of(new Fault.Empty(500), Cause.SERVER_ERROR),
        Arguments.of(new Fault.Empty(200), Cause.UNREADABLE),
        Arguments.of(new Fault.Empty(204), Cause.UNREADABLE),
        Arguments.of(new Fault.Redirect("http://127.0.0.1:1/"), Cause.UNREADABLE),
        Arguments.of(new Fault.Malformed(), Cause.UNREADABLE),
        Arguments.of(new Fault.WrongTypes(), Cause.UNREADABLE),
        Arguments.of(new Fault.Oversized(CappedBody.MAX_ANSWER), Cause.UNREADABLE));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_fault_makes_the_secret_unavailable(Fault fault, Cause cause) {
    emulator.faults().add(fault);
    assertThat(unavailable(Rig.fetch(source, QUERY)).cause()).isEqualTo(cause);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SecretName", "SecretData", "SecretDataType", "VersionId", "VersionStages"})
  void an_answer_without_one_of_its_fields_is_unreadable(String field) {
    emulator.faults().add(new Fault.Incomplete(field));
    var outcome = unavailable(Rig.fetch(source, QUERY));
    assertThat(outcome.cause()).isEqualTo(Cause.UNREADABLE);
    assertThat(outcome.detail()).contains(field);
  }

  @Test
  void a_late_answer_is_an_answer() {
    emulator.faults().add(new Fault.Latency(Duration.ofMillis(50)));
    assertThat(Rig.fetch(source, QUERY)).isInstanceOf(Fetched.class);
  }

  @Test
  void what_kms_says_of_a_failure_is_passed_on() {
    emulator.faults().add(Fault.throttled());
    assertThat(unavailable(Rig.fetch(source, QUERY)).code()).isEqualTo("Rejected.Throttling");
  }

  @Test
  void no_answer_within_the_read_timeout_is_a_timeout() {
    emulator.faults().add(new Fault.Hang());
    assertThat(unavailable(Rig.fetch(hasty, QUERY)).cause()).isEqualTo(Cause.TIMEOUT);
  }

  @Test
  void an_answer_that_drips_is_a_timeout_as_well() {
    emulator.faults().add(new Fault.Drip(Duration.ofMillis(100)));
    assertThat(unavailable(Rig.fetch(hasty, QUERY)).cause()).isEqualTo(Cause.TIMEOUT);
  }

  @Test
  void an_answer_that_drips_past_the_deadline_is_too_late() {
    emulator.faults().add(new Fault.Drip(Duration.ofMillis(100)));
    assertThat(unavailable(Rig.fetch(source, QUERY, SHORT)).cause()).isEqualTo(Cause.DEADLINE);
  }

  @Test
  void nobody_listening_is_unreachable() {
    var nobody = Rig.settings(URI.create("http://127.0.0.1:" + FreePort.next()));
    try (var lost = rig.source(nobody, Rig.accessKey("ak", "sk"))) {
      assertThat(unavailable(Rig.fetch(lost, QUERY)).cause()).isEqualTo(Cause.UNREACHABLE);
    }
  }

  @Test
  void an_unknown_host_is_unreachable() {
    var nowhere = Rig.settings(URI.create("http://kms.invalid"));
    try (var lost = rig.source(nowhere, Rig.accessKey("ak", "sk"))) {
      assertThat(unavailable(Rig.fetch(lost, QUERY)).cause()).isEqualTo(Cause.UNREACHABLE);
    }
  }

  @Test
  void a_denial_is_about_the_secret() {
    emulator.faults().add(new Fault.Failure(403, "Forbidden.NoPermission"));
    assertThat(Rig.fetch(source, QUERY))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.error().code()).isEqualTo("Forbidden.NoPermission");
              assertThat(refused.error().requestId()).isNotEmpty();
              assertThat(refused.scope()).isEqualTo(Refused.Scope.SECRET);
            });
  }

  @Test
  void an_ended_token_is_about_ourselves() {
    emulator.faults().add(new Fault.Failure(403, "InvalidSecurityToken.Expired"));
    assertThat(Rig.fetch(source, QUERY)).isInstanceOf(IdentityRefused.class);
  }

  @Test
  void after_a_fault_the_next_call_is_good_again() {
    var broken = emulator.faults().add(new Fault.Reset());
    Rig.fetch(source, QUERY);
    emulator.faults().clear(broken.number());
    assertThat(Rig.fetch(source, QUERY)).isInstanceOf(Fetched.class);
  }

  private static Unavailable unavailable(FetchOutcome outcome) {
    return assertThat(outcome).asInstanceOf(type(Unavailable.class)).actual();
  }
}
