package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.Scanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How KMS is reached, as whom, for how long and how often. */
final class CallingKmsTest {
  /** The longest that the pauses of one request take together. */
  private static final Duration PAUSES = Duration.ofSeconds(20);

  private static final Fault FAILURE = new Fault.Failure(503, "ServiceUnavailableTemporary");

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  @Test
  void the_region_names_the_endpoint_and_the_proxy_is_asked_for_it() throws IOException {
    try (var proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var setup =
          new AgentSetup(AgentSetup.defaults().keys(), cloud.setup().environment())
              .with("KMS.Region = \"xx-nowhere\"")
              .with("KMS.Proxy = \"http://127.0.0.1:" + proxy.getLocalPort() + "\"");
      try (var agent = WiredAgent.startWithoutRetries(setup, time)) {
        var answer = agent.client().readAsync("any");
        try (var asked = proxy.accept()) {
          assertThat(new Scanner(asked.getInputStream(), UTF_8).nextLine())
              .startsWith("CONNECT kms.xx-nowhere.aliyuncs.com:443 ");
          asked.getOutputStream().write("HTTP/1.1 503 No\r\n\r\n".getBytes(UTF_8));
        }
        assertThat(answer.join().verdict()).isEqualTo("502 UpstreamUnavailable");
      }
    }
  }

  @Test
  void with_tls_kms_must_be_vouched_for() throws Exception {
    var server = LocalhostCertificates.CERTIFICATES.server();
    try (var secured =
        TestCloud.start(builder -> builder.time(TestCloud.emulated(time)).tls(server))) {
      var https = secured.setup().with("KMS.Protocol = \"https\"");
      var name = secured.newSecret("value");
      try (var trusting =
              WiredAgent.start(
                  https.with(
                      "KMS.CaFile = \"" + LocalhostCertificates.CERTIFICATES.caFile() + "\""),
                  time);
          var other = WiredAgent.startWithoutRetries(https, time)) {
        assertThat(trusting.client().secret(name).status()).isEqualTo(200);
        assertThat(other.client().secret(name).verdict()).isEqualTo("502 UpstreamUnavailable");
        assertThat(other.client().secret(name).text("Message")).contains("KMS.CaFile");
      }
    }
  }

  @Test
  void a_key_in_the_file_signs_in_place_of_the_one_in_the_environment() {
    cloud
        .emulator()
        .accessKeys()
        .add(AccessKey.temporary("STS.other", "other-secret", "other-token", Instant.MAX));
    var name = cloud.newSecret("value");
    try (var agent =
        cloud.agent(
            time,
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
  void a_request_has_an_answer_at_its_deadline() {
    var name = cloud.newSecret("value");
    cloud.fail(name, new Fault.Hang());
    try (var agent = cloud.agent(time, "Server.RequestTimeoutSeconds = 3")) {
      var answer = agent.client().readAsync(name);
      Patience.see(() -> cloud.calls(name), calls -> calls == 1);
      time.advance(Duration.ofSeconds(3).minusMillis(1));
      assertThat(answer).isNotDone();
      time.advance(Duration.ofMillis(1));
      assertThat(answer.join().verdict()).isEqualTo("504 UpstreamTimeout");
      assertThat(cloud.calls(name)).isEqualTo(1);
    }
  }

  @Test
  void while_the_breaker_is_open_kms_is_left_alone_and_hits_go_on() {
    var cached = cloud.newSecret("cached");
    try (var agent = cloud.agent(time, "KMS.CircuitBreaker.Enabled = true")) {
      var client = agent.client();
      client.secret(cached);
      cloud.emulator().faults().add(FAILURE);
      Patience.see(() -> read(agent, cloud.newSecret("value")), "503 CircuitOpen"::equals);
      var calls = cloud.emulator().calls().total();

      var refused = client.secret(cloud.newSecret("value"));

      assertThat(refused.verdict()).isEqualTo("503 CircuitOpen");
      assertThat(refused.header("retry-after")).isPresent();
      assertThat(cloud.emulator().calls().total()).isEqualTo(calls);
      assertThat(client.secret(cached).cacheStatus()).isEqualTo("hit");
      assertThat(client.get("/readyz").body()).contains("The circuit breaker is open");
    }
  }

  /** Time passes for the pauses. */
  private String read(WiredAgent agent, String name) {
    var answer = agent.client().readAsync(name);
    time.advanceUntil(answer::isDone, PAUSES);
    return answer.join().verdict();
  }
}
