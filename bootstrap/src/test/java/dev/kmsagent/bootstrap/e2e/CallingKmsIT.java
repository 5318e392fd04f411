package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.protocol.AccessKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How KMS is reached, as whom, for how long and how often. */
final class CallingKmsIT {
  private static final Fault FAILURE = new Fault.Failure(503, "ServiceUnavailableTemporary");

  private final Cloud cloud = Cloud.start();

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  @Test
  @ShowsEffectOf({"KMS.Region", "KMS.Proxy"})
  void the_region_names_the_endpoint_and_the_proxy_is_asked_for_it() throws IOException {
    try (var proxy = new RecordingProxy()) {
      var setup =
          new AgentSetup(AgentSetup.defaults().keys(), cloud.setup().environment())
              .with("KMS.Region = \"xx-nowhere\"")
              .with("KMS.Proxy = \"" + proxy.url() + "\"");
      try (var agent = AgentProcess.start(setup)) {
        assertThat(agent.client().secret("any").verdict()).isEqualTo("502 UpstreamUnavailable");
        assertThat(proxy.requests())
            .isNotEmpty()
            .allMatch(line -> line.startsWith("CONNECT kms.xx-nowhere.aliyuncs.com:443 "));
      }
    }
  }

  @Test
  @ShowsEffectOf({"KMS.Endpoint", "KMS.Protocol", "KMS.CaFile"})
  void with_tls_kms_must_be_vouched_for() throws Exception {
    var server = Localhost.CERTIFICATES.server();
    try (var secured = Cloud.start(builder -> builder.tls(server))) {
      var https = secured.setup().with("KMS.Protocol = \"https\"");
      var name = secured.newSecret("value");
      try (var trusting =
              AgentProcess.start(
                  https.with("KMS.CaFile = \"" + Localhost.CERTIFICATES.caFile() + "\""));
          var other = AgentProcess.start(https)) {
        assertThat(trusting.client().secret(name).status()).isEqualTo(200);
        assertThat(other.client().secret(name).verdict()).isEqualTo("502 UpstreamUnavailable");
        assertThat(other.client().secret(name).text("Message")).contains("KMS.CaFile");
      }
    }
  }

  @Test
  @ShowsEffectOf({
    "KMS.CredentialType",
    "KMS.AccessKeyId",
    "KMS.AccessKeySecret",
    "KMS.SecurityToken"
  })
  void a_key_in_the_file_signs_in_place_of_the_one_in_the_environment() {
    cloud
        .emulator()
        .accessKeys()
        .add(AccessKey.temporary("STS.other", "other-secret", "other-token", Instant.MAX));
    var name = cloud.newSecret("value");
    try (var agent =
        cloud.agent(
            """
            KMS.CredentialType = "AccessKey"
            KMS.AccessKeyId = "STS.other"
            KMS.AccessKeySecret = "other-secret"
            KMS.SecurityToken = "other-token"
            """)) {
      assertThat(agent.client().secret(name).status()).isEqualTo(200);
      assertThat(cloud.emulator().calls().latest())
          .extracting(Call::accessKeyId)
          .containsExactly("STS.other");
    }
  }

  @Test
  void no_credentials_is_our_failure_and_says_what_to_do() {
    var setup =
        new AgentSetup(
            cloud.setup().keys(),
            Map.of("KMS_TOKEN", Cloud.TOKEN, "ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"));
    try (var agent = AgentProcess.start(setup)) {
      var answer = agent.client().secret("any");

      assertThat(answer.verdict()).isEqualTo("502 CredentialsUnavailable");
      assertThat(answer.text("Message")).contains("ALIBABA_CLOUD_ACCESS_KEY_ID");
    }
  }

  /** The default would say after two seconds that there is no connection. */
  @Test
  @ShowsEffectOf("KMS.ConnectTimeoutMillis")
  void a_connection_may_take_as_long_as_it_says() throws IOException {
    try (var full = new FullListener()) {
      var patient =
          cloud
              .setup()
              .with("KMS.Endpoint = \"127.0.0.1:" + full.port() + "\"")
              .with("KMS.ConnectTimeoutMillis = 60000\nServer.RequestTimeoutSeconds = 4");
      var hasty = patient.with("KMS.ConnectTimeoutMillis = 100\nServer.RequestTimeoutSeconds = 60");
      try (var waiting = AgentProcess.start(patient);
          var giving = AgentProcess.start(hasty)) {
        assertThat(waiting.client().secret("any").verdict()).isEqualTo("504 UpstreamTimeout");
        assertThat(giving.client().secret("any").verdict()).isEqualTo("502 UpstreamUnavailable");
      }
    }
  }

  /** A listener whose queue is full, so that the system answers no further connection. */
  private static final class FullListener implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> queue = new ArrayList<>();

    FullListener() throws IOException {
      for (int i = 0; i < 2; i++) {
        queue.add(new Socket(InetAddress.getLoopbackAddress(), port()));
      }
    }

    int port() {
      return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (var socket : queue) {
        socket.close();
      }
      listener.close();
    }
  }

  /** With the default timeout there would be time for one attempt. */
  @Test
  @ShowsEffectOf("KMS.ReadTimeoutMillis")
  void an_answer_may_take_as_long_as_it_says() {
    var name = cloud.newSecret("value");
    cloud.fail(name, new Fault.Hang());
    var first = cloud.newSecret("value");
    try (var agent =
        cloud.agent("KMS.ReadTimeoutMillis = 1000\nServer.RequestTimeoutSeconds = 4")) {
      Eventually.see(() -> agent.client().secret(first).status(), status -> status == 200);
      assertThat(agent.client().secret(name).verdict()).isEqualTo("504 UpstreamTimeout");
      assertThat(cloud.calls(name)).isGreaterThan(1);
    }
  }

  /** With the default deadline there would be time for a second attempt. */
  @Test
  @ShowsEffectOf("Server.RequestTimeoutSeconds")
  void a_request_has_an_answer_at_its_deadline() {
    var name = cloud.newSecret("value");
    cloud.fail(name, new Fault.Hang());
    var first = cloud.newSecret("value");
    try (var agent = cloud.agent("Server.RequestTimeoutSeconds = 1")) {
      Eventually.see(() -> agent.client().secret(first).status(), status -> status == 200);
      assertThat(agent.client().secret(name).verdict()).isEqualTo("504 UpstreamTimeout");
      assertThat(cloud.calls(name)).isLessThanOrEqualTo(1);
    }
  }

  @Test
  @ShowsEffectOf("KMS.Retry.MaxAttempts")
  void a_call_that_fails_is_made_again_so_often() {
    var healing = cloud.newSecret("value");
    cloud.emulator().faults().add(FaultRule.of(FAILURE).onSecret(healing).times(4));
    var failing = cloud.newSecret("value");
    cloud.fail(failing, FAILURE);
    try (var agent = cloud.agent("KMS.Retry.MaxAttempts = 5\nKMS.Retry.InitialBackoffMillis = 1")) {
      assertThat(agent.client().secret(healing).status()).isEqualTo(200);
      assertThat(agent.client().secret(failing).verdict()).isEqualTo("502 UpstreamUnavailable");
      assertThat(cloud.calls(failing)).isEqualTo(5);
    }
  }

  /** The default pauses for a tenth of a second at most. */
  @Test
  @ShowsEffectOf("KMS.Retry.InitialBackoffMillis")
  void the_first_pause_is_by_chance_up_to_so_long() {
    try (var agent =
        cloud.agent("KMS.Retry.InitialBackoffMillis = 3000\nKMS.Retry.MaxBackoffMillis = 3000")) {
      assertThat(waits(1, 2, agent))
          .anyMatch(pause -> pause.compareTo(Duration.ofSeconds(1)) > 0)
          .anyMatch(pause -> pause.compareTo(Duration.ofSeconds(2)) < 0);
    }
  }

  /** By default no pause is longer than two seconds; this one is up to eight. */
  @Test
  @ShowsEffectOf("KMS.Retry.MaxBackoffMillis")
  void later_pauses_double_up_to_so_long() {
    try (var agent =
        cloud.agent(
            """
            KMS.Retry.MaxAttempts = 5
            KMS.Retry.InitialBackoffMillis = 1000
            KMS.Retry.MaxBackoffMillis = 60000
            Server.RequestTimeoutSeconds = 60
            """)) {
      assertThat(waits(4, 5, agent)).anyMatch(pause -> pause.compareTo(Duration.ofSeconds(3)) > 0);
    }
  }

  /** From one attempt to another, of twenty secrets at once that fail until the latter. */
  private List<Duration> waits(int from, int to, AgentProcess agent) {
    var names = Stream.generate(() -> cloud.newSecret("value")).limit(20).toList();
    for (var name : names) {
      cloud.emulator().faults().add(FaultRule.of(FAILURE).onSecret(name).times(to - 1));
    }
    names.stream().map(agent.client()::readAsync).toList().forEach(CompletableFuture::join);
    return names.stream().map(name -> wait(name, from, to)).toList();
  }

  private Duration wait(String name, int from, int to) {
    var calls =
        cloud.emulator().calls().latest().stream()
            .filter(call -> call.secretName().equals(name))
            .map(Call::at)
            .toList();
    return Duration.between(calls.get(from - 1), calls.get(to - 1));
  }
}
