package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.LoopbackHttpServer;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.WholeFile;
import dev.kmsagent.testkit.http.AgentAnswer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What only a process has: an end by a signal, the variables that the vendor's library reads, the
 * clock of its machine, and a heap of its own.
 */
final class ProcessIT {
  private static final int CACHE_SIZE = 1000;

  /** A round number below the 30 KB that KMS allows. */
  private static final int VALUE_SIZE = 30_000;

  private final Path folder;
  @AutoClose private final Workload workload;
  private final TestCloud cloud;

  ProcessIT(@TempDir Path folder) {
    this.folder = folder;
    this.workload = Workload.start(Workload.Localhost.CERTIFICATES, folder);
    this.cloud = workload.cloud();
  }

  /** So many reads, each of another secret, that have got as far as KMS. */
  private List<CompletableFuture<AgentAnswer>> inFlight(
      int count, AgentProcess agent, Fault fault) {
    cloud.emulator().faults().add(fault);
    var answers =
        Stream.generate(() -> agent.client().readAsync(cloud.newSecret("slow")))
            .limit(count)
            .toList();
    Patience.see(() -> cloud.emulator().calls().total(), calls -> calls >= count);
    return answers;
  }

  /** {@link SelfContainedIT} ends one that is idle, {@link DevIT} one by SIGINT. */
  @Test
  void what_is_in_flight_finishes_within_the_grace() throws Exception {
    try (var agent = cloud.agent("Server.ShutdownGraceSeconds = 60")) {
      var inFlight = inFlight(20, agent, new Fault.Latency(Duration.ofSeconds(4)));
      assertThat(agent.terminate().exit().status()).isZero();
      assertThat(inFlight).extracting(answer -> answer.join().verdict()).containsOnly("200");
    }
  }

  /** With the default grace of ten seconds there would be time for the answer. */
  @Test
  void what_does_not_finish_within_the_grace_is_cut_off() throws Exception {
    try (var agent = cloud.agent("Server.ShutdownGraceSeconds = 1")) {
      var inFlight = inFlight(1, agent, new Fault.Latency(Duration.ofSeconds(9))).getFirst();
      assertThat(agent.terminate().exit().status()).isZero();
      assertThat(inFlight.handle((answer, _) -> answer == null || answer.status() == 503).join())
          .isTrue();
    }
  }

  private AgentAnswer readNew(AgentProcess agent) {
    return agent.client().secret(cloud.newSecret("value"));
  }

  /** A busy machine may need more than the two seconds that the metadata service is waited for. */
  @Test
  void the_chain_finds_the_role_of_the_instance() {
    try (var agent = AgentProcess.start(workload.chain())) {
      Patience.see(() -> readNew(agent).status(), status -> status == 200);
      assertThat(cloud.emulator().calls().latest())
          .extracting(Call::accessKeyId)
          .allMatch(key -> cloud.emulator().mintedKeys().find(key).isPresent());
    }
  }

  /** With an authority of its own in place of the system's, and none in the configuration. */
  private AgentSetup trustingBundle(AgentSetup setup) {
    var keys = new LinkedHashMap<>(setup.keys());
    keys.remove("KMS.CaFile");
    return new AgentSetup(keys, setup.environment())
        .withVariable("SSL_CERT_FILE", Workload.Localhost.CERTIFICATES.caFile().toString());
  }

  /** A busy machine may not get a key in time for the first read, here and below. */
  @Test
  void sts_is_trusted_by_an_authority_of_the_system() {
    try (var agent = AgentProcess.start(trustingBundle(workload.rrsa()))) {
      Patience.see(() -> readNew(agent).verdict(), "200"::equals);
    }
  }

  @Test
  void the_chain_trusts_the_authorities_of_the_system() throws Exception {
    var tls = Workload.tls(Workload.Localhost.CERTIFICATES);
    try (var server = LoopbackHttpServer.start(Optional.of(tls), this::answerAsMetadata)) {
      var uri =
          "https://localhost:%d/latest/meta-data/ram/security-credentials/%s"
              .formatted(server.port(), Workload.ROLE);
      var setup = workload.chain().withVariable("ALIBABA_CLOUD_CREDENTIALS_URI", uri);
      try (var agent =
          AgentProcess.start(
              trustingBundle(setup).withVariable("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"))) {
        Patience.see(() -> readNew(agent).verdict(), "200"::equals);
      }
    }
  }

  private void answerAsMetadata(HttpExchange exchange) throws IOException {
    var metadata = URI.create("http://127.0.0.1:" + workload.emulator().metadata().port());
    try (var answer = metadata.resolve(exchange.getRequestURI()).toURL().openStream()) {
      LoopbackHttpServer.answer(exchange, 200, new String(answer.readAllBytes(), UTF_8));
    }
  }

  @Test
  void the_normal_mode_of_the_metadata_service_is_not_used_where_the_variable_forbids_it() {
    var metadata = workload.emulator().metadata();
    metadata.faults().add(FaultRule.of(new Fault.Html(404)).onAction("PutToken"));
    var setup = workload.ecsRole().withVariable("ALIBABA_CLOUD_IMDSV1_DISABLED", "true");
    try (var agent = AgentProcess.start(setup)) {
      Patience.see(
          () -> agent.client().get("/readyz").body(),
          page -> page.contains("ALIBABA_CLOUD_IMDSV1_DISABLED"));
      assertThat(readNew(agent).verdict()).isEqualTo("502 CredentialsUnavailable");
      assertThat(metadata.calls().actions()).doesNotContainKeys("GetRoleName", "GetCredentials");
    }
  }

  /** Replaces the file as a whole: libfaketime reads it at each reading of a clock. */
  private Path setClock(String offset) {
    return WholeFile.write(folder.resolve("offset"), offset);
  }

  /** The clock of KMS stays right. */
  @Test
  void a_wall_clock_that_is_set_changes_the_age_of_no_value() throws IOException {
    assumeTrue(AgentSetup.faketime().isPresent(), AgentSetup.NO_FAKETIME);
    var setup = cloud.setup().with("Cache.TtlSeconds = 3600");
    try (var agent = AgentProcess.start(setup.withClock(setClock("+0")))) {
      var name = cloud.newSecret("old");
      assertThat(agent.client().secret(name).summary()).isEqualTo("old, fwd=miss");
      for (var offset : List.of("+1d", "-1d")) {
        setClock(offset);
        var answer = agent.client().secret(name);
        assertThat(answer.summary()).as(offset).isEqualTo("old, hit");
        assertThat(Integer.parseInt(answer.header("Age"))).isBetween(0, 3600);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"160m, true", "174m, false"})
  void a_heap_without_110_mib_beside_the_cache_is_warned_of(String heap, boolean isWarnedOf)
      throws Exception {
    try (var agent = AgentProcess.start(cloud.setup().withVariable("KMS_AGENT_HEAP", heap))) {
      var log = agent.awaitLogged("agent_started").terminate().exit().stderr();
      assertThat(log.contains("heap_too_small_for_cache")).as(log).isEqualTo(isWarnedOf);
    }
  }

  /** With a TTL of zero a value lapses when it is read. */
  @Test
  @Tag("thorough")
  void a_thousand_secrets_of_30000_bytes_are_served_through_an_outage() throws IOException {
    var config = "Cache.CacheSize = %d\nCache.TtlSeconds = 0".formatted(CACHE_SIZE);
    try (var agent = cloud.agent(config)) {
      var names =
          IntStream.range(0, CACHE_SIZE).mapToObj(i -> cloud.newSecret(largeValue(i))).toList();
      assertServed(agent, names);
      cloud.emulator().kms().stop();
      assertServed(agent, names);
    }
  }

  private static void assertServed(AgentProcess agent, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      var answer = agent.client().secret(names.get(i));
      assertThat(answer.text("SecretData")).as(names.get(i)).isEqualTo(largeValue(i));
    }
  }

  /** In turns text, and a string of quotes, each of which takes two bytes in a body. */
  private static String largeValue(int index) {
    var bytes = new byte[VALUE_SIZE / 4 * 3];
    new Random(index).nextBytes(bytes);
    var begin = "{\"%d\":\"".formatted(index);
    var quotes = "\\\"".repeat((VALUE_SIZE - begin.length() - 2) / 2);
    return index % 2 == 0 ? Base64.getEncoder().encodeToString(bytes) : begin + quotes + "\"}";
  }
}
