package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent of a node: each pod reads with its own role, by the token that it sends. */
final class PodIdentityTest {
  private static final String NODE = "node-1";
  private static final Duration A_DAY = Duration.ofDays(1);

  private final VirtualTime time = new VirtualTime();
  private final Workload workload;
  private final TestCloud cloud;

  PodIdentityTest(@TempDir Path folder) {
    workload = Workload.ofClusterAt(time, folder);
    cloud = workload.cloud();
    var everybody = TrustPolicy.everybody();
    cloud
        .emulator()
        .roles()
        .put(
            Role.named("kms.shop.app")
                .trusting(everybody.subjects("system:serviceaccount:shop:app"))
                .reading("app-*"));
    cloud
        .emulator()
        .roles()
        .put(
            Role.named("kms.shop.web")
                .trusting(everybody.subjects("system:serviceaccount:shop:web"))
                .reading("web-*"));
    cloud.emulator().secrets().create("app-db", "of the app");
    cloud.emulator().secrets().create("web-db", "of the web");
  }

  @AfterEach
  void clean_up() throws IOException {
    workload.close();
  }

  private WiredAgent start() {
    return start("");
  }

  private WiredAgent start(String config) {
    var setup = workload.ofPods(NODE).with(config);
    var agent = WiredAgent.startWithoutRetries(setup, time);
    Patience.assertSoon(() -> agent.client().get("/readyz").status() == 200);
    return agent;
  }

  private IssuedToken token(String serviceAccount) {
    return workload.emulator().oidc().tokenFor("shop", serviceAccount).ofPod("pod-1", NODE);
  }

  private static AgentClient as(WiredAgent agent, IssuedToken token) {
    return agent.client().with("X-KMS-Token", token.text());
  }

  @Test
  void each_pod_reads_what_its_own_role_may_read_and_the_clouds_trail_shows_it() {
    try (var agent = start()) {
      var app = as(agent, token("app"));
      var web = as(agent, token("web"));

      assertThat(app.secret("app-db").summary()).isEqualTo("of the app, fwd=miss");
      assertThat(web.secret("web-db").summary()).isEqualTo("of the web, fwd=miss");
      assertThat(app.secret("app-db").summary()).startsWith("of the app, hit");
      assertThat(app.secret("web-db").status()).isEqualTo(403);
      assertThat(web.secret("app-db").status()).isEqualTo(403);

      assertThat(sessions()).containsExactly("shop.app", "shop.web", "shop.app", "shop.web");
      assertThat(assumed()).isEqualTo(2);
    }
  }

  private long assumed() {
    return workload.emulator().sts().calls().latest().stream()
        .filter(call -> call.action().equals("AssumeRoleWithOIDC"))
        .count();
  }

  /** The names of the sessions that signed the calls for secrets, in order. */
  private List<String> sessions() {
    return cloud.emulator().calls().latest().stream()
        .map(Call::accessKeyId)
        .flatMap(key -> cloud.emulator().mintedKeys().find(key).stream())
        .map(MintedKey::sessionName)
        .toList();
  }

  @Test
  void another_role_is_one_that_sts_grants() {
    try (var agent = start()) {
      var app = as(agent, token("app"));

      assertThat(app.with("X-KMS-Role", "kms.shop.app").secret("app-db").status()).isEqualTo(200);
      assertThat(app.with("X-KMS-Role", "kms.shop.web").secret("web-db").verdict())
          .isEqualTo("403 Forbidden.Role");
      assertThat(app.with("X-KMS-Role", "acs:ram::1:role/r").secret("app-db").verdict())
          .isEqualTo("403 Forbidden.Role");
    }
  }

  /** A token that must not be accepted. */
  record Bad(String name, UnaryOperator<IssuedToken> flaw) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Bad> bad() {
    return List.of(
        new Bad("forged", IssuedToken::wronglySigned),
        new Bad("expired", IssuedToken::expired),
        new Bad("of a foreign issuer", token -> token.issuer("https://oidc.example.com")),
        new Bad("for another audience", token -> token.audience("vault")),
        new Bad("of another node", token -> token.ofPod("pod-1", "node-2")));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_token_that_is_not_accepted_gets_nothing_and_makes_no_call(Bad bad) {
    try (var agent = start()) {
      var good = as(agent, token("app"));
      assertThat(good.secret("app-db").status()).isEqualTo(200);
      var calls = assumed();

      assertThat(as(agent, bad.flaw().apply(token("app"))).secret("app-db").verdict())
          .isEqualTo("403 Forbidden.Token");

      assertThat(assumed()).isEqualTo(calls);
      assertThat(good.secret("app-db").status()).isEqualTo(200);
    }
  }

  /** A signature could be followed by what a lenient decoder skips. */
  @ParameterizedTest
  @ValueSource(strings = {"~", "=", ".", " x"})
  void a_token_with_something_behind_it_is_not_accepted(String more) {
    try (var agent = start()) {
      var padded = agent.client().with("X-KMS-Token", token("app").text() + more);

      assertThat(padded.secret("app-db").verdict()).isEqualTo("403 Forbidden.Token");
    }
  }

  @Test
  void readiness_names_what_the_agent_of_a_node_depends_on() {
    try (var agent = start()) {
      var dependencies = agent.client().get("/readyz").json().getAsJsonObject("dependencies");

      assertThat(dependencies.keySet())
          .contains("breaker", "cloud", "cluster_keys", "kms", "prefetch")
          .doesNotContain("credentials", "token");
    }
  }

  @Test
  void an_agent_whose_first_call_to_kms_fails_stays_ready() throws IOException {
    try (var agent = start()) {
      workload.emulator().kms().stop();

      assertThat(as(agent, token("app")).secret("app-db").status()).isGreaterThanOrEqualTo(500);
      assertThat(agent.client().get("/readyz").status()).isEqualTo(200);
    }
  }

  @Test
  void the_audit_trail_names_subject_pod_and_role() {
    try (var agent = start("Log.Audit = true\nLog.AuditRequired = true")) {
      as(agent, token("app")).secret("app-db");

      assertThat(agent.audit())
          .singleElement()
          .asString()
          .contains("system:serviceaccount:shop:app", "pod-1", "role/kms.shop.app");
    }
  }

  @Test
  void a_token_is_accepted_by_a_key_that_the_cluster_began_to_use_meanwhile() {
    try (var agent = start()) {
      workload.emulator().oidc().rotate("RS256");

      assertThat(as(agent, token("app")).secret("app-db").status()).isEqualTo(200);
    }
  }

  @Nested
  final class While_sts_is_down {
    @Test
    void who_was_granted_a_role_reads_on_and_who_was_not_gets_nothing() throws IOException {
      try (var agent = start()) {
        var app = as(agent, token("app").livingFor(A_DAY));
        assertThat(app.secret("app-db").status()).isEqualTo(200);
        workload.emulator().sts().stop();
        time.advance(Duration.ofHours(3));

        assertThat(app.secret("app-db").summary()).startsWith("of the app, hit");
        assertThat(app.secret("app-new").verdict()).isEqualTo("502 CredentialsUnavailable");
        assertThat(as(agent, token("web")).secret("web-db").verdict())
            .isEqualTo("503 CallerUnconfirmed");
        assertThat(agent.client().get("/readyz").status()).isEqualTo(200);

        workload.emulator().sts().start();
        time.advance(Duration.ofMinutes(2));
        Patience.assertSoon(() -> app.refreshed("app-db").status() == 200);
      }
    }

    @Test
    void an_agent_that_starts_is_not_ready() throws IOException {
      workload.emulator().sts().stop();
      try (var agent = WiredAgent.start(workload.ofPods(NODE), time)) {
        assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
        assertThat(agent.client().get("/readyz").body()).contains("STS and KMS have not answered");
      }
    }
  }

  @Test
  void a_role_that_stops_trusting_a_subject_ends_its_access_and_what_is_cached_is_not_served() {
    try (var agent = start()) {
      var app = as(agent, token("app").livingFor(A_DAY));
      assertThat(app.secret("app-db").status()).isEqualTo(200);
      cloud.emulator().roles().put(Role.named("kms.shop.app").trusting(new TrustPolicy(List.of())));
      time.advance(Duration.ofHours(1));

      assertThat(app.secret("app-db").verdict()).isEqualTo("403 Forbidden.Role");
    }
  }

  @Test
  void while_the_keys_of_the_cluster_cannot_be_fetched_the_known_ones_are_used()
      throws IOException {
    try (var agent = start()) {
      workload.emulator().oidcIssuer().stop();
      time.advance(Duration.ofHours(3));

      assertThat(as(agent, token("app")).secret("app-db").status()).isEqualTo(200);
      workload.emulator().oidc().rotate("ES256");
      assertThat(as(agent, token("web")).secret("web-db").verdict())
          .isEqualTo("503 CallerUnconfirmed");
    }
  }
}
