package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent of a node: each pod reads with its own role, by the token that it sends. */
final class PodIdentityTest {
  private static final String NODE = "node-1";

  @TempDir private Path folder;

  /** A cluster whose service accounts {@code app} and {@code web} have a role each. */
  private Workload cluster(VirtualTime time) {
    var workload =
        Workload.start(
            Workload.Localhost.CERTIFICATES,
            folder,
            it -> it.time(TestCloud.emulated(time)).oidc());
    for (var account : List.of("app", "web")) {
      var subject = "system:serviceaccount:shop:" + account;
      workload
          .emulator()
          .roles()
          .put(
              Role.named("kms.shop." + account)
                  .trusting(TrustPolicy.everybody().subjects(subject))
                  .reading(account + "-*"));
      workload.emulator().secrets().create(account + "-db", "of the " + account);
    }
    workload.emulator().secrets().create("app-other", "another");
    return workload;
  }

  private static WiredAgent start(Workload workload, VirtualTime time, String config) {
    var agent = WiredAgent.startWithoutRetries(workload.ofPods(NODE).with(config), time);
    Patience.assertSoon(() -> agent.client().get("/readyz").status() == 200);
    return agent;
  }

  private static IssuedToken token(Workload workload, String serviceAccount) {
    return workload
        .emulator()
        .oidc()
        .tokenFor("shop", serviceAccount)
        .ofPod("pod-1", NODE)
        .livingFor(Duration.ofDays(1));
  }

  private static AgentClient as(WiredAgent agent, IssuedToken token) {
    return agent.client().with("X-KMS-Token", token.text());
  }

  private static long assumed(Workload workload) {
    return workload.emulator().sts().calls().latest().stream()
        .filter(call -> call.action().equals("AssumeRoleWithOIDC"))
        .count();
  }

  /** The names of the sessions that signed the calls for secrets, in order. */
  private static List<String> sessions(Workload workload) {
    return workload.emulator().calls().latest().stream()
        .map(Call::accessKeyId)
        .flatMap(key -> workload.emulator().mintedKeys().find(key).stream())
        .map(MintedKey::sessionName)
        .toList();
  }

  @Test
  void each_pod_reads_what_its_own_role_may_read_and_the_trails_show_it() throws IOException {
    var time = new VirtualTime();
    try (var workload = cluster(time);
        var agent = start(workload, time, "Log.Audit = true\nLog.AuditRequired = true")) {
      var app = as(agent, token(workload, "app"));
      var web = as(agent, token(workload, "web"));
      assertThat(app.secret("app-db").summary()).isEqualTo("of the app, fwd=miss");
      assertThat(agent.audit())
          .singleElement()
          .asString()
          .contains("system:serviceaccount:shop:app", "pod-1", "role/kms.shop.app");
      assertThat(web.secret("web-db").summary()).isEqualTo("of the web, fwd=miss");
      assertThat(app.secret("app-db").summary()).startsWith("of the app, hit");
      assertThat(app.secret("web-db").status()).isEqualTo(403);
      assertThat(web.secret("app-db").status()).isEqualTo(403);
      assertThat(sessions(workload))
          .containsExactly("shop.app", "shop.web", "shop.app", "shop.web");
      assertThat(assumed(workload)).isEqualTo(2);
      assertThat(app.with("X-KMS-Role", "kms.shop.app").secret("app-db").status()).isEqualTo(200);
      assertThat(app.with("X-KMS-Role", "kms.shop.web").secret("web-db").verdict())
          .isEqualTo("403 Forbidden.Role");
    }
  }

  @Test
  void a_token_that_is_not_accepted_gets_nothing_and_makes_no_call() throws IOException {
    var time = new VirtualTime();
    try (var workload = cluster(time);
        var agent = start(workload, time, "")) {
      var good = token(workload, "app");
      assertThat(as(agent, good).secret("app-db").status()).isEqualTo(200);
      var calls = assumed(workload);
      var bad =
          Stream.of(
              good.wronglySigned(),
              good.expired(),
              good.issuer("https://oidc.example.com"),
              good.audience("vault"),
              good.ofPod("pod-1", "node-2"));
      // A signature could be followed by what a lenient decoder skips.
      var padded = Stream.of("~", "=", ".", " x").map(more -> good.text() + more);
      assertThat(Stream.concat(bad.map(IssuedToken::text), padded))
          .allSatisfy(
              text ->
                  assertThat(agent.client().with("X-KMS-Token", text).secret("app-db").verdict())
                      .isEqualTo("403 Forbidden.Token"));
      assertThat(assumed(workload)).isEqualTo(calls);
      assertThat(as(agent, good).secret("app-db").status()).isEqualTo(200);
    }
  }

  @Test
  void readiness_is_of_the_node_and_not_of_one_pod() throws IOException {
    var time = new VirtualTime();
    try (var workload = cluster(time)) {
      workload.emulator().sts().stop();
      try (var agent = WiredAgent.startWithoutRetries(workload.ofPods(NODE), time)) {
        assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
        assertThat(agent.client().get("/readyz").body()).contains("STS and KMS have not answered");
      }
      workload.emulator().sts().start();
      try (var agent = start(workload, time, "")) {
        workload.emulator().kms().stop();
        assertThat(as(agent, token(workload, "app")).secret("app-db").status()).isGreaterThan(499);
        var readiness = agent.client().get("/readyz");
        assertThat(readiness.status()).isEqualTo(200);
        assertThat(readiness.json().getAsJsonObject("dependencies").keySet())
            .contains("breaker", "cloud", "cluster_keys", "kms", "prefetch")
            .doesNotContain("credentials", "token");
      }
    }
  }

  /**
   * What fails.
   *
   * @param hours until the reads; a key of a role lasts an hour
   */
  private record Failure(String name, int hours, Outage.Strike strike) {
    private static final List<Failure> ALL =
        List.of(
            new Failure("none", 0, _ -> {}),
            new Failure("STS for 10 minutes", 0, it -> it.emulator().sts().stop()),
            new Failure("STS for 3 hours", 3, it -> it.emulator().sts().stop()),
            new Failure("STS, and the agent starts anew", 0, it -> it.emulator().sts().stop()),
            new Failure("KMS for 10 minutes", 0, it -> it.emulator().kms().stop()),
            new Failure("KMS for 3 hours", 3, it -> it.emulator().kms().stop()),
            new Failure(
                "the keys of the cluster for 3 hours", 3, it -> it.emulator().oidcIssuer().stop()),
            new Failure(
                "the same, and the cluster signs with another key",
                3,
                workload -> {
                  workload.emulator().oidcIssuer().stop();
                  workload.emulator().oidc().rotate("ES256");
                }),
            new Failure(
                "KMS, STS and the keys for 3 hours",
                3,
                workload -> {
                  workload.emulator().kms().stop();
                  workload.emulator().sts().stop();
                  workload.emulator().oidcIssuer().stop();
                }));
  }

  @Test
  void the_page_shows_what_each_pod_gets_during_an_outage() throws IOException {
    var head =
        """
        | what is down | a secret that it has read | another secret | a pod that was never granted its role | a new pod of a known service account |
        |---|---|---|---|---|
        """;
    var rows = new StringBuilder(head);
    for (var outage : Failure.ALL) {
      var cells = Stream.concat(Stream.of(outage.name()), answers(outage).stream());
      rows.append(cells.collect(Collectors.joining(" | ", "| ", " |\n")));
    }
    new MeasuredPage(
            Path.of("..", "docs", "node.md"),
            "node.write",
            "./mvnw test -pl bootstrap -am -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest=PodIdentityTest")
        .verify("outages", rows.toString());
  }

  private List<String> answers(Failure outage) throws IOException {
    var time = new VirtualTime();
    try (var workload = cluster(time)) {
      var token = token(workload, "app");
      var agent = start(workload, time, "");
      try {
        assertThat(as(agent, token).secret("app-db").status()).isEqualTo(200);
        outage.strike().on(workload);
        if (outage.name().contains("starts anew")) {
          agent.close();
          agent = WiredAgent.startWithoutRetries(workload.ofPods(NODE), time);
        }
        time.advance(outage.hours() == 0 ? Duration.ofMinutes(10) : Duration.ofHours(3));
        return List.of(
            answer(as(agent, token).secret("app-db")),
            answer(as(agent, token).secret("app-other")),
            answer(as(agent, token(workload, "web")).secret("web-db")),
            answer(as(agent, token(workload, "app").ofPod("pod-3", NODE)).secret("app-db")));
      } finally {
        agent.close();
      }
    }
  }

  private static String answer(AgentAnswer answer) {
    return answer.cacheStatus().endsWith("stale-if-error") ? "200, stale" : answer.verdict();
  }
}
