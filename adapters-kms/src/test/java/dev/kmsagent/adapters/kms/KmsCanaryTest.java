package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.transport.CappedBody;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A marker as the secret's value, another as the key's secret, a third as its token: none of them
 * is in a log line, an event or the text of an outcome, whatever happens on the way.
 */
@ResourceLock(value = LogRecorder.LEVELS, mode = ResourceAccessMode.READ)
final class KmsCanaryTest {
  private final String value = canary();
  private final String keySecret = canary();
  private final String token = canary();

  private final Rig rig = new Rig();
  private final RecordingEvents events = new RecordingEvents();
  private final LogRecorder log = LogRecorder.ofProcess();
  private KmsEmulator emulator;

  @BeforeEach
  void start() throws IOException {
    var until = InstantSource.system().instant().plus(Duration.ofHours(1));
    emulator =
        KmsEmulator.builder()
            .accessKey(AccessKey.temporary("sts", keySecret, token, until))
            .start();
    emulator.secrets().create("a", value);
    AliyunKmsCalls.SDK_LOGGERS.forEach(
        name -> LogRecorder.processContext().getLogger(name).setLevel(Level.OFF));
  }

  @AfterEach
  void stop() throws IOException {
    log.close();
    rig.close();
    emulator.close();
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault.Latency(Duration.ZERO),
        new Fault.Malformed(),
        new Fault.WrongTypes(),
        new Fault.Incomplete("VersionId"),
        new Fault.Truncated(100),
        new Fault.Oversized(CappedBody.MAX_ANSWER),
        new Fault.Drip(Duration.ofMillis(100)),
        new Fault.Hang(),
        new Fault.Reset(),
        new Fault.Html(200),
        new Fault.Html(502),
        new Fault.Failure(400, "InvalidParameter"),
        new Fault.Failure(403, "InvalidSecurityToken.Expired"),
        new Fault.Redirect("/elsewhere"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void nothing_confidential_is_told(Fault fault) {
    emulator.faults().add(fault);
    var outcome = fetch();
    assertThat(
            Stream.of(List.of(outcome.toString(), events.all().toString()), logged())
                .flatMap(List::stream))
        .isNotEmpty()
        .noneMatch(told -> told.contains(value) || told.contains(keySecret))
        .noneMatch(told -> told.contains(token));
  }

  private FetchOutcome fetch() {
    var settings =
        Rig.withReadTimeout(
            Rig.settings(URI.create("http://" + emulator.endpoint())), Duration.ofMillis(500));
    var credentials = new AccessKeyCredentials(SigningKey.temporary("sts", keySecret, token));
    try (var kms = rig.source(settings, credentials, events)) {
      return Rig.fetch(kms, Secrets.current("a"));
    }
  }

  private List<String> logged() {
    return log.texts();
  }

  private static String canary() {
    return "canary-" + UUID.randomUUID();
  }
}
