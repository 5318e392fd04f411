package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Stream;
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
  void a_connection_that_is_not_accepted_is_given_up() throws IOException {
    try (var full = new FullListener();
        var agent =
            cloud.agentWithoutRetries(time, "KMS.Endpoint = \"127.0.0.1:" + full.port() + "\"")) {
      assertThat(agent.client().secret("any").verdict()).isEqualTo("502 UpstreamUnavailable");
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

  @Test
  void an_answer_may_take_as_long_as_it_says() {
    var name = cloud.newSecret("value");
    cloud.fail(name, new Fault.Hang());
    try (var agent = cloud.agent(time, "KMS.ReadTimeoutMillis = 1000")) {
      var answer = agent.client().readAsync(name);
      Eventually.see(() -> cloud.calls(name), calls -> calls == 1);
      time.awaitDue(Duration.ofSeconds(1), 1);
      time.advance(Duration.ofSeconds(1).minusMillis(1));
      assertThat(cloud.calls(name)).isEqualTo(1);

      time.advanceUntil(() -> cloud.calls(name) == 2, Duration.ofSeconds(1));
      assertThat(answer).isNotDone();
    }
  }

  @Test
  void a_request_has_an_answer_at_its_deadline() {
    var name = cloud.newSecret("value");
    cloud.fail(name, new Fault.Hang());
    try (var agent = cloud.agent(time, "Server.RequestTimeoutSeconds = 3")) {
      var answer = agent.client().readAsync(name);
      Eventually.see(() -> cloud.calls(name), calls -> calls == 1);
      time.advance(Duration.ofSeconds(3).minusMillis(1));
      assertThat(answer).isNotDone();
      time.advance(Duration.ofMillis(1));
      assertThat(answer.join().verdict()).isEqualTo("504 UpstreamTimeout");
      assertThat(cloud.calls(name)).isEqualTo(1);
    }
  }

  @Test
  void a_call_that_fails_is_made_three_times() {
    var healing = cloud.newSecret("value");
    cloud.emulator().faults().add(FaultRule.of(FAILURE).onSecret(healing).times(2));
    var failing = cloud.newSecret("value");
    cloud.fail(failing, FAILURE);
    try (var agent = retrying()) {
      assertThat(read(agent, healing).status()).isEqualTo(200);
      assertThat(read(agent, failing).verdict()).isEqualTo("502 UpstreamUnavailable");
      assertThat(cloud.calls(failing)).isEqualTo(3);
    }
  }

  /** One whose timeouts are all later than the end of its pauses. */
  private WiredAgent retrying() {
    return cloud.agent(
        time,
        """
        KMS.ReadTimeoutMillis = 60000
        KMS.CircuitBreaker.Enabled = false
        Server.RequestTimeoutSeconds = 60
        """);
  }

  /** Time passes for the pauses. */
  private AgentAnswer read(WiredAgent agent, String name) {
    var answer = agent.client().readAsync(name);
    time.advanceUntil(answer::isDone, PAUSES);
    return answer.join();
  }

  @Test
  void pauses_are_by_chance_and_double() {
    try (var agent = retrying()) {
      var names = Stream.generate(() -> cloud.newSecret("value")).limit(20).toList();
      names.forEach(name -> cloud.fail(name, FAILURE));
      names.forEach(name -> read(agent, name));

      assertThat(names)
          .extracting(name -> pause(name, 1))
          .allMatch(pause -> pause <= 100)
          .anyMatch(pause -> pause > 30)
          .anyMatch(pause -> pause < 70);
      assertThat(names)
          .extracting(name -> pause(name, 2))
          .allMatch(pause -> pause <= 200)
          .anyMatch(pause -> pause > 100);
    }
  }

  /** Milliseconds after an attempt, counted from 1. */
  private long pause(String name, int attempt) {
    var calls =
        cloud.emulator().calls().latest().stream()
            .filter(call -> call.secretName().equals(name))
            .map(Call::at)
            .toList();
    return Duration.between(calls.get(attempt - 1), calls.get(attempt)).toMillis();
  }
}
