package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.assertj.core.groups.Tuple.tuple;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SecretSourceContract;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The real SDK against the emulator: the contract of the port, and what is beyond it. */
final class AliyunKmsCallsTest implements SecretSourceContract {
  private static final SecretQuery QUERY = Secrets.current("a");
  private final Rig rig = new Rig();
  private KmsEmulator emulator;
  private Rig.Kms source;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").start();
    source = rig.source(settings(), Rig.accessKey("ak", "sk"));
  }

  @AfterEach
  void stop() throws IOException {
    source.close();
    rig.close();
    emulator.close();
  }

  @Override
  public SecretSource source() {
    return source;
  }

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  public void hold(String name, String text) {
    emulator.secrets().create(name, text);
  }

  @Override
  public void hold(String name, byte[] bytes) {
    emulator.secrets().createBinary(name, bytes);
  }

  @Override
  public void breakDown() {
    emulator.faults().add(new Fault.Failure(500, "InternalFailure"));
  }

  @Override
  public void hang() {
    emulator.faults().add(new Fault.Hang());
  }

  @Override
  public void await(CompletionStage<FetchOutcome> stage, Duration time) {
    var _ = Patience.join(stage);
  }

  @Nested
  final class Requests {
    @Test
    void are_signed_with_version_3() {
      emulator.secrets().create("a", "text");
      fetched(QUERY);
      assertThat(emulator.calls().latest())
          .extracting(Call::scheme, Call::accessKeyId)
          .containsExactly(tuple(SignatureScheme.V3, "ak"));
    }

    @Test
    void name_a_version_by_its_id_or_its_stage() {
      emulator.secrets().create("a", "old").put("a", "v2", "new");
      assertThat(fetched(Secrets.byId("a", "v1")).value()).isEqualTo(new ConfidentialText("old"));
      assertThat(fetched(Secrets.byStage("a", "ACSPrevious")).value())
          .isEqualTo(new ConfidentialText("old"));
      assertThat(fetched(QUERY).value()).isEqualTo(new ConfidentialText("new"));
    }

    @Test
    void name_a_version_by_its_id_and_its_stage() {
      var both = new VersionSelector(Optional.of(new VersionId("v1")), Optional.of(Stage.CURRENT));
      var request =
          new RequestSigner(URI.create("http://" + emulator.endpoint()))
              .sign(new SecretQuery(QUERY.name(), both), SigningKey.longLived("ak", "sk"));
      assertThat(request.uri().getQuery()).contains("VersionId=v1", "VersionStage=ACSCurrent");
    }

    @Test
    void are_understood_whatever_the_name_of_the_secret() {
      var name = "app/a b+c*d~e%2F&f=g?h#密";
      emulator.secrets().create(name, "text");
      assertThat(fetched(Secrets.current(name)).name().value()).isEqualTo(name);
    }
  }

  @Test
  void an_answer_that_leads_elsewhere_is_not_followed() {
    emulator.secrets().create("a", "text");
    var elsewhere = new Fault.Redirect("http://" + emulator.endpoint() + "/");
    emulator.faults().add(FaultRule.of(elsewhere).times(1));
    assertThat(fetch(QUERY)).extracting("cause").isEqualTo(Unavailable.Cause.UNREADABLE);
    assertThat(emulator.calls().total()).isEqualTo(1);
  }

  @Test
  void the_end_breaks_off_what_is_under_way_and_nothing_is_answered_any_more() {
    emulator.faults().add(new Fault.Hang());
    var stage = source.fetch(QUERY, InstantSource.system().instant().plusSeconds(60));
    source.close();
    assertThat(stage.toCompletableFuture().join()).isInstanceOf(Unavailable.class);
    assertThat(fetch(QUERY)).isInstanceOf(Unavailable.class);
  }

  @Test
  void an_exchange_is_broken_off_when_its_future_is_completed() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var connection =
            rig.connection(
                Rig.settings(URI.create("http://127.0.0.1:" + server.getLocalPort())), _ -> {})) {
      var calls = new AliyunKmsCalls(connection);
      var exchange = calls.begin(QUERY, SigningKey.longLived("ak", "sk"));
      try (var client = server.accept()) {
        client.setSoTimeout((int) Rig.PATIENCE.toMillis());
        var request = client.getInputStream();
        assertThat(request.read()).isEqualTo('P');
        exchange.complete(Secrets.unreachable());
        assertThat(request.readAllBytes()).isNotEmpty();
      }
    }
  }

  private KmsConfig.Transport settings() {
    return Rig.settings(URI.create("http://" + emulator.endpoint()));
  }

  private FetchOutcome fetch(SecretQuery query) {
    return Rig.fetch(source, query);
  }

  private Secret fetched(SecretQuery query) {
    return assertThat(fetch(query)).asInstanceOf(type(Fetched.class)).actual().secret();
  }
}
