package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.adapters.kms.credentials.RrsaCredentials;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.FakeDurableRecords;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * The value of a secret, the token of the workload, and the secrets and tokens of the keys that
 * were issued for it: none of them is in a log line, an event, a record or the text of an outcome,
 * whatever happens.
 */
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock(LogRecorder.LEVELS)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class IdentityCanaryTest {
  private final String value = "canary-" + UUID.randomUUID();
  @AutoClose private final Rig rig = new Rig();
  private final RecordingEvents events = new RecordingEvents();
  private final FakeDurableRecords records =
      new FakeDurableRecords(InstantSource.system(), Duration.ofHours(1));
  @AutoClose private final LogRecorder log = LogRecorder.ofProcess();
  private final List<String> told = new ArrayList<>();
  @AutoClose private KmsEmulator emulator;
  private Path tokenFile;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException, GeneralSecurityException {
    emulator =
        KmsEmulator.builder()
            .sts(Certificates.NAMED.server())
            .metadata()
            .role(Role.named("reader"))
            .start();
    emulator.instance().attachRole("reader");
    emulator.secrets().create("a", value);
    tokenFile = folder.resolve("token");
    emulator.oidc().tokenFor("shop", "web").writeTo(tokenFile);
    rig.proxyMetadata(emulator.metadata().port());
  }

  private static void log(Level level) {
    LogRecorder.processContext();
    AliyunKmsCalls.SDK_LOGGERS.forEach(
        name -> ((Logger) LoggerFactory.getLogger(name)).setLevel(level));
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault.Latency(Duration.ZERO),
        new Fault.Malformed(),
        new Fault.WrongTypes(),
        new Fault.Incomplete("VersionId"),
        new Fault.Incomplete("Credentials"),
        // The library quotes such an answer whole, the first of STS, the second of the metadata.
        new Fault.Incomplete("Credentials.AccessKeyId"),
        new Fault.Incomplete("AccessKeyId"),
        new Fault.Truncated(200),
        new Fault.Oversized(1 << 20),
        new Fault.Drip(Duration.ofMillis(20)),
        new Fault.Hang(),
        new Fault.Reset(),
        new Fault.Html(200),
        new Fault.Html(502),
        new Fault.Failure(400, "InvalidParameter"),
        new Fault.Failure(401, "AuthenticationFail.NoPermission"),
        new Fault.Failure(403, "InvalidSecurityToken.Expired"),
        new Fault.Redirect("/elsewhere"));
  }

  /** Only where a key signs are the libraries' loggers off, as in the agent. */
  @ParameterizedTest
  @MethodSource("faults")
  void nothing_confidential_is_told_by_who_uses_a_key_and_by_who_issues_it(Fault fault)
      throws IOException {
    log(Level.OFF);
    try (var patient = rig.connection(settings(), events);
        var connection = rig.connection(Rig.withReadTimeout(settings(), limit(fault)), events)) {
      emulator.faults().add(fault);
      told.add(read(connection, issuer(patient)).toString());
      assertThat(emulator.mintedKeys().all()).isNotEmpty();
      log(Level.TRACE);
      emulator.sts().faults().add(fault);
      told.add(issuer(connection).issue().toString());
    }
    emulator.metadata().faults().add(FaultRule.of(fault).onAction("GetCredentials"));
    told.add(rig.ecsRole().issue().toString());
    told.add(events.all().toString());
    told.add(records.all().toString());
    told.addAll(log.texts());
    assertThat(told).allSatisfy(line -> assertThat(line).doesNotContain(confidential()));
  }

  private FetchOutcome read(CloudConnection connection, KeyIssuer issuer) {
    try (var credentials =
        new RefreshingCredentials(issuer, rig.threads(), connection.timing(), events, records)) {
      return Rig.fetch(rig.kms(connection, credentials, events), Secrets.current("a"));
    }
  }

  private List<String> confidential() throws IOException {
    var minted = emulator.mintedKeys().all().stream();
    var ofKeys =
        minted
            .map(key -> key.credentials())
            .flatMap(key -> Stream.of(key.get("AccessKeySecret"), key.get("SecurityToken")))
            .map(part -> part.getAsString());
    return Stream.concat(Stream.of(value, Files.readString(tokenFile)), ofKeys).toList();
  }

  private KeyIssuer issuer(CloudConnection connection) {
    return new RrsaCredentials(Rig.rrsa(emulator, "reader", tokenFile, Duration.ofHours(1)))
        .issuer(connection);
  }

  private KmsConfig.Transport settings() {
    return Rig.settings(
        URI.create("http://" + emulator.endpoint()),
        Optional.of(Certificates.NAMED.caFile()),
        Optional.empty());
  }

  /** What never ends is cut off soon, and all else is waited for. */
  private static Duration limit(Fault fault) {
    return fault instanceof Fault.Hang || fault instanceof Fault.Drip
        ? Duration.ofMillis(500)
        : Rig.PATIENCE;
  }
}
