package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.AgentAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The agent of a node: each pod reads with its own role, by the token that it sends. */
final class PodIdentityTest {
  private static final Path PAGE = Path.of("..", "docs", "node.md");
  private static final String AUDITED =
      "Log.Audit = true\nLog.AuditRequired = true\nLog.AuditPath = \"audit\"";

  private final VirtualTime time = new VirtualTime();
  private final Path folder;
  @AutoClose private final Workload workload;

  /** In a cluster whose service accounts {@code app} and {@code web} have a role each. */
  PodIdentityTest(@TempDir Path folder) {
    this.folder = folder;
    this.workload = Workload.ofCluster(time, folder);
    for (var account : List.of("app", "web")) {
      workload.giveRole("shop", account, account + "-*");
      workload.emulator().secrets().create(account + "-db", "of the " + account);
    }
    workload.emulator().secrets().create("app-other", "another");
  }

  private WiredAgent begin(String config) {
    return WiredAgent.start(workload.ofPods().with(config), time);
  }

  private WiredAgent start(String config) {
    var agent = begin(config);
    Patience.assertSoon(() -> agent.client().get("/readyz").status() == 200);
    return agent;
  }

  private IssuedToken token(String serviceAccount) {
    return workload.tokenOfPod("shop", serviceAccount);
  }

  private static AgentClient as(WiredAgent agent, IssuedToken token) {
    return agent.client().with("X-KMS-Token", token.text());
  }

  private long assumed() {
    return workload.emulator().sts().calls().actions().getOrDefault("AssumeRoleWithOIDC", 0L);
  }

  /** The names of the sessions that signed the calls for secrets, in order. */
  private List<String> sessions() {
    return workload.emulator().calls().latest().stream()
        .map(Call::accessKeyId)
        .flatMap(key -> workload.emulator().mintedKeys().find(key).stream())
        .map(MintedKey::sessionName)
        .toList();
  }

  @Test
  void each_pod_reads_what_its_own_role_may_read_and_the_trails_show_it() {
    try (var agent = start(AUDITED)) {
      var app = as(agent, token("app"));
      var web = as(agent, token("web"));
      assertThat(app.secret("app-db").summary()).isEqualTo("of the app, fwd=miss");
      assertThat(agent.audit())
          .singleElement()
          .asString()
          .contains("system:serviceaccount:shop:app", "pod-1", "role/kms.shop.app");
      assertThat(web.secret("web-db").summary()).isEqualTo("of the web, fwd=miss");
      assertThat(app.secret("app-db").summary()).startsWith("of the app, hit");
      assertThat(app.secret("web-db").status()).isEqualTo(403);
      assertThat(web.secret("app-db").status()).isEqualTo(403);
      assertThat(agent.client().get("/readyz").body()).contains("Roles that fail: 2.");
      assertThat(sessions()).containsExactly("shop.app", "shop.web", "shop.app", "shop.web");
      assertThat(assumed()).isEqualTo(2);
      assertThat(app.with("X-KMS-Role", "kms.shop.app").secret("app-db").status()).isEqualTo(200);
      assertThat(app.with("X-KMS-Role", "kms.shop.web").secret("web-db").verdict())
          .isEqualTo("403 Forbidden.Role");
      assertThat(agent.audit().getLast())
          .contains("request_rejected", "127.0.0.1", "shop:app", "kms.shop.web", "Forbidden.Role");
      assertThat(app.with("X-KMS-Role", "no role").secret("web-db").status()).isEqualTo(403);
      assertThat(agent.audit())
          .noneMatch(line -> line.contains("no role") || line.contains(token("app").text()));
    }
  }

  @Test
  void a_token_that_is_not_accepted_gets_nothing_and_makes_no_call() {
    try (var agent = start("")) {
      var good = token("app");
      assertThat(as(agent, good).secret("app-db").status()).isEqualTo(200);
      var bad =
          Stream.of(
                  good.wronglySigned(),
                  good.expired(),
                  good.issuer("https://oidc.example.com"),
                  good.audience("vault"),
                  good.ofPod("pod-1", "node-2"))
              .map(IssuedToken::text);
      // A signature could be followed by what a lenient decoder skips.
      var padded = Stream.of("~", "=", ".", " x").map(more -> good.text() + more);
      assertThat(Stream.concat(bad, padded))
          .map(text -> agent.client().with("X-KMS-Token", text).secret("app-db").verdict())
          .containsOnly("403 Forbidden.Token");
      assertThat(assumed()).isEqualTo(1);
    }
  }

  /** Each of the others is the first of its service account. */
  @Test
  void sts_is_asked_by_turns_too() {
    workload.giveRole("bank", "web", "web-*");
    try (var agent = start("Server.RequestTimeoutSeconds = 20")) {
      var latency = Duration.ofMillis(1500);
      workload.emulator().sts().faults().add(new Fault.Latency(latency));
      workload.emulator().sts().calls().clear();
      for (var i = 0; i < 48; i++) {
        var _ = as(agent, token("nobody-" + i)).readAsync("app-db");
      }
      Patience.see(this::assumed, calls -> calls == 16);
      time.awaitDue(latency, 16);
      var read = as(agent, workload.tokenOfPod("bank", "web")).readAsync("web-db");
      time.awaitDue(Duration.ofSeconds(5), 48 - 16 + 1);
      time.advance(latency);
      time.awaitDue(latency, 16);
      time.advance(latency);
      assertThat(Patience.join(read).summary()).isEqualTo("of the web, fwd=miss");
    }
  }

  /** The keys of the cluster come over a connection of their own, which would end with them. */
  @Test
  void a_token_of_a_new_key_is_verified_while_the_agent_ends() {
    var caFile = workload.ofPods().keys().get("KMS.CaFile");
    var agent = start("Server.ShutdownGraceSeconds = 60\nKMS.PodIdentity.JwksCaFile = " + caFile);
    workload.emulator().oidc().rotate("ES256");
    var latency = Duration.ofSeconds(1);
    var slow = FaultRule.of(new Fault.Latency(latency)).times(1);
    workload.emulator().oidcIssuer().faults().add(slow);
    var client = new AgentClient(agent.client().port());
    var answer = client.with("X-KMS-Token", token("app").text()).readAsync("app-db");
    time.awaitDue(latency, 1);
    var end = CompletableFuture.runAsync(agent::close, Thread::startVirtualThread);
    Patience.assertSoon(() -> isRefused(client));
    time.advance(latency);
    assertThat(Patience.join(answer).summary()).isEqualTo("of the app, fwd=miss");
    Patience.join(end);
  }

  private static boolean isRefused(AgentClient client) {
    try {
      return client.get("/ping").status() == 0;
    } catch (UncheckedIOException stopped) {
      return stopped.getCause() instanceof ConnectException;
    }
  }

  @Test
  void readiness_is_of_the_node_and_not_of_one_pod() throws IOException {
    workload.emulator().sts().stop();
    try (var agent = begin("")) {
      assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
      assertThat(agent.client().get("/readyz").body()).contains("STS and KMS have not answered");
    }
    workload.emulator().sts().start();
    try (var agent = start("")) {
      workload.emulator().kms().stop();
      assertThat(as(agent, token("app")).secret("app-db").status()).isGreaterThan(499);
      var readiness = agent.client().get("/readyz");
      assertThat(readiness.status()).isEqualTo(200);
      assertThat(readiness.json().getAsJsonObject("dependencies").keySet())
          .contains("breaker", "cloud", "cluster_keys", "kms", "prefetch", "roles")
          .doesNotContain("credentials", "token");
    }
  }

  /**
   * What fails.
   *
   * @param time until the reads; a key of a role lasts an hour
   */
  record Failure(String name, Duration time, Outage.Strike strike) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Duration SHORT = Duration.ofMinutes(10);
  private static final Duration LONG = Duration.ofHours(3);
  private static final String ALL = "KMS, STS and the keys";
  private static final String ANEW = ", and the agent starts anew ";
  private static final String IN_MEMORY = ANEW + "(`InMemory`)";
  private static final String IN_FOLDER = ANEW + "(`File`)";

  static final List<Failure> FAILURES =
      List.of(
          new Failure("none", SHORT, _ -> {}),
          new Failure("STS for 10 minutes", SHORT, it -> it.emulator().sts().stop()),
          new Failure("STS for 3 hours", LONG, it -> it.emulator().sts().stop()),
          new Failure("STS" + IN_MEMORY, SHORT, it -> it.emulator().sts().stop()),
          new Failure("STS" + IN_FOLDER, SHORT, it -> it.emulator().sts().stop()),
          new Failure("KMS for 10 minutes", SHORT, it -> it.emulator().kms().stop()),
          new Failure("KMS for 3 hours", LONG, it -> it.emulator().kms().stop()),
          new Failure(
              "the OIDC provider is deleted for 3 hours",
              LONG,
              it ->
                  it.emulator()
                      .sts()
                      .faults()
                      .add(new Fault.Failure(404, "EntityNotExist.OIDCProvider"))),
          new Failure(
              "the keys of the cluster for 3 hours", LONG, it -> it.emulator().oidcIssuer().stop()),
          new Failure(
              "the same, and the cluster signs with another key",
              LONG,
              workload -> {
                workload.emulator().oidcIssuer().stop();
                workload.emulator().oidc().rotate("ES256");
              }),
          new Failure(ALL + " for 3 hours", LONG, PodIdentityTest::stopAll),
          new Failure(ALL + IN_MEMORY, SHORT, PodIdentityTest::stopAll),
          new Failure(ALL + IN_FOLDER, SHORT, PodIdentityTest::stopAll),
          new Failure(ALL + " for 3 hours" + IN_FOLDER, LONG, PodIdentityTest::stopAll));

  private static void stopAll(Workload workload) throws IOException {
    workload.emulator().kms().stop();
    workload.emulator().sts().stop();
    workload.emulator().oidcIssuer().stop();
  }

  @ParameterizedTest
  @FieldSource("FAILURES")
  void each_pod_gets_what_the_page_says_during_an_outage(Failure failure) throws IOException {
    var token = token("app");
    var config =
        failure.name().endsWith(IN_FOLDER) ? AgentSetup.plain().withCacheIn(folder).toml() : "";
    var agent = start(config);
    try {
      assertThat(as(agent, token).secret("app-db").status()).isEqualTo(200);
      failure.strike().on(workload);
      if (failure.name().contains(ANEW)) {
        agent.close();
        agent = config.isEmpty() ? begin("") : start(config);
      }
      time.advance(failure.time());
      var row =
          List.of(
              failure.name(),
              answer(as(agent, token).secret("app-db")),
              answer(as(agent, token).secret("app-other")),
              answer(as(agent, token("web")).secret("web-db")),
              answer(as(agent, token("app").ofPod("pod-3", Workload.NODE)).secret("app-db")));
      assertThat(Files.readString(PAGE).split("<!-- (begin|end) outages -->\n", -1)[1].lines())
          .hasSize(2 + FAILURES.size())
          .contains("| " + String.join(" | ", row) + " |");
    } finally {
      agent.close();
    }
  }

  private static String answer(AgentAnswer answer) {
    return answer.cacheStatus().endsWith("stale-if-error") ? "200, stale" : answer.verdict();
  }
}
