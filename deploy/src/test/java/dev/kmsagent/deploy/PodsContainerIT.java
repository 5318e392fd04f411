package dev.kmsagent.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Patience;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What pods of each form do for their applications, beside one cloud: that of the guide, one that
 * was given an agent by injection, and two of different service accounts with the agent of their
 * node.
 */
@ExtendWith(Podman.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PodsContainerIT {
  private static final String GUIDE = "kms-agent-guide";
  private static final String INJECTED = "kms-agent-injected";
  private static final String NODE = "kms-agent-node";
  private static final String ORDERS = "kms-agent-node-orders";
  private static final String BILLING = "kms-agent-node-billing";

  private static final String ROLE = "dev-role-for-rrsa";
  private static final String SECRET = "app/dev/secret-1";
  private static final String VALUE = "the secret of the pod";
  private static final String SLOW_SECRET = "app/dev/slow";
  private static final String HOST = "kms-agent.kms-agent.svc.cluster.local.";

  /** The line of the guide; bash is the shell that reads a file in this way. */
  private static final String GUIDE_CURL =
      """
      curl -v -H "X-Vault-Token:$(</var/run/kmstoken/token)" \
      'http://localhost:2025/secretsmanager/get?secretId=app/dev/secret-1'\
      """;

  /** The line of the page on nodes, for another secret. */
  private static final String NODE_CURL =
      """
      printf 'X-KMS-Token: %s\n' "$(cat /var/run/kmstoken/token)" |
        curl -sS --connect-timeout 2 -H @- "$KMS_URL/secretsmanager/get?secretId=SECRET"
      """;

  private final Map<String, KubePod> pods = new HashMap<>();
  private final List<AutoCloseable> started = new ArrayList<>();
  private HostCloud cloud;

  @BeforeAll
  void play(@TempDir Path folder) throws Exception {
    cloud = new HostCloud(Files.createDirectory(folder.resolve("cloud")));
    started.add(cloud);
    var emulator = cloud.emulator();
    emulator.secrets().create(SECRET, VALUE);
    emulator.secrets().create(SLOW_SECRET, VALUE);
    emulator
        .faults()
        .add(FaultRule.of(new Fault.Latency(Duration.ofSeconds(2))).onSecret(SLOW_SECRET));
    emulator.roles().put(role(ROLE, "rrsa-dev:dev-sa", "shop:default"));
    for (var account : List.of("orders", "billing")) {
      emulator.roles().put(role("kms.shop." + account, "shop:" + account).reading(account + "-*"));
      emulator.secrets().create(account + "-db", "of the " + account);
    }
    play(GUIDE, guide(), folder);
    cloud.open(KubePod.gateway());
    play(INJECTED, injected(), folder);
    play(NODE, agentOfNode(), folder);
    pod(NODE).seeItAnswer("/readyz");
    play(ORDERS, ofNode(ORDERS, "orders"), folder);
    play(BILLING, ofNode(BILLING, "billing"), folder);
  }

  private void play(String name, KubePod pod, Path folder) throws IOException {
    started.add(pod);
    pods.put(name, pod);
    pod.play(folder);
  }

  private KubePod pod(String name) {
    return requireNonNull(pods.get(name));
  }

  @AfterAll
  void end() throws Exception {
    for (var each : started.reversed()) {
      each.close();
    }
  }

  private static Role role(String name, String... accounts) {
    var subjects = Stream.of(accounts).map("system:serviceaccount:"::concat);
    var trust = TrustPolicy.everybody().subjects(subjects.toArray(String[]::new));
    return Role.named(name).trusting(trust);
  }

  /** The Deployment of the guide, with its command as it stands there. */
  private KubePod guide() {
    var deployment = Manifests.one("seed/deployment.yaml", Deployment.class);
    return new KubePod(GUIDE, Manifests.pod(deployment), Map.of())
        .image(Images.guide())
        .in(cloud)
        .with("ALIBABA_CLOUD_ROLE_ARN", cloud.emulator().roles().arn(ROLE))
        .with("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", cloud.emulator().oidc().arn())
        .issued(Map.of("token", cloud.emulator().oidc().tokenFor("rrsa-dev", "dev-sa").text()));
  }

  /** Of which an application's team wrote one label and its role. */
  private KubePod injected() {
    var role = cloud.emulator().roles().arn(ROLE);
    var pod = admitted("{}", "{annotations: {kms-agent/role: '" + role + "'}}");
    return new KubePod(INJECTED, pod.getSpec(), pod.getMetadata().getAnnotations())
        .in(cloud)
        .issued(Map.of("token", cloud.emulator().oidc().tokenFor("shop", "default").text()));
  }

  private KubePod agentOfNode() {
    var chart = chart(HelmChart.NODE);
    var daemonSet = (DaemonSet) Manifests.resource(HelmChart.one(chart, "DaemonSet"));
    var configMap = (ConfigMap) Manifests.resource(HelmChart.one(chart, "ConfigMap"));
    return new KubePod(NODE, Manifests.pod(daemonSet), Map.of())
        .in(cloud)
        .with("KMS_AGENT_KMS_PODIDENTITY_JWKSURI", cloud.keys())
        .configMap(configMap.getMetadata().getName(), configMap.getData())
        .issued(Map.of("token", HostCloud.TOKEN, "ca.crt", cloud.authority()))
        .serviceAccount();
  }

  /** Which has nothing but the label. */
  private KubePod ofNode(String name, String account) {
    var metadata = "{annotations: null, labels: {kms-agent/inject: node}}";
    var spec = admitted(HelmChart.NODE, metadata).getSpec();
    spec.setHostAliases(List.of(new HostAlias(List.of(HOST), pod(NODE).address())));
    var token = cloud.emulator().oidc().tokenFor("shop", account).ofPod(name, KubePod.NODE);
    return new KubePod(name, spec, Map.of()).issued(Map.of("token", token.text()));
  }

  /** What the policies make of a pod. */
  private Pod admitted(String mode, String metadata) {
    var policies = new AdmissionPolicies(chart(mode));
    var pod = policies.mutate(Pods.patched(Pods.read("restricted"), "metadata: " + metadata));
    assertThat(policies.refusals(pod)).isEmpty();
    return Pods.strictly(pod);
  }

  private List<Map<String, Object>> chart(String mode) {
    var oidc = cloud.emulator().oidc();
    var values =
        """
        {identity: {accounts: ['%s'], oidcProviderArn: '%s'}, kms: {endpoint: '%s'}, node: {issuer: '%s'}}
        """
            .formatted(cloud.account(), oidc.arn(), cloud.endpoint(), oidc.issuer());
    return HelmChart.agent(HelmChart.NEW).render(mode, values);
  }

  private static void seeTheSecret(KubePod pod) {
    var _ =
        Patience.see(
            () -> pod.run(KubePod.APPLICATION, GUIDE_CURL).printed(), PodsContainerIT::isAnswered);
  }

  private static boolean isAnswered(String printed) {
    return printed.contains("\"SecretData\":\"" + VALUE + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {GUIDE, INJECTED})
  void the_line_of_the_guide_gets_an_application_its_secret(String name) {
    var pod = pod(name);
    seeTheSecret(pod);

    assertThat(cloud.emulator().sts().calls().total()).isPositive();
    assertThat(pod.run(KubePod.APPLICATION, "id -u").outputOfSuccess()).isNotEqualTo("65532\n");
    assertThat(pod.run(pod.agent(), "id -u").output()).isEqualTo("65532\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {GUIDE, INJECTED})
  @Order(Integer.MAX_VALUE)
  void a_pod_stops_in_good_order(String name) {
    var pod = pod(name);
    seeTheSecret(pod);
    var calls = cloud.emulator().calls().ofSecret(SLOW_SECRET);
    var inFlight = pod.start(KubePod.APPLICATION, GUIDE_CURL.replace(SECRET, SLOW_SECRET));
    var _ = Patience.see(() -> cloud.emulator().calls().ofSecret(SLOW_SECRET), n -> n > calls);
    pod.stopAgent();

    // A busy machine is slow to connect, and the agent answers that, too.
    assertThat(inFlight.join().output())
        .matches(it -> isAnswered(it) || it.contains("No connection to KMS in time"));
    assertThat(pod.exitCode(pod.agent())).isEqualTo("0");
    assertThat(pod.log()).contains("agent_stopping");
    pod.stop();
    assertThat(pod.exitCode(KubePod.APPLICATION)).as("a sleeper ends by SIGKILL").isEqualTo("137");
  }

  @Test
  void the_probes_are_answered_at_the_address_of_the_pod() {
    pod(INJECTED).seeItAnswer("/ping");
    pod(INJECTED).seeItAnswer("/readyz");
  }

  @Test
  void the_root_is_read_only_and_the_token_can_be_read_and_not_replaced() {
    var pod = pod(INJECTED);
    seeTheSecret(pod);

    assertThat(pod.run(pod.agent(), "touch config.toml lib/x").errors()).contains("Read-only");
    var mine = "id -u && stat --format '%a %u' /var/run/kmstoken/token";
    assertThat(pod.run(KubePod.APPLICATION, mine).output()).isEqualTo("10001\n644 65532\n");
    assertThat(pod.run(KubePod.APPLICATION, "rm /var/run/kmstoken/token").errors())
        .contains("Read-only");
  }

  /** An image of an application may have no client. */
  @Test
  void the_agents_container_reads_a_secret_by_its_own_command() {
    seeTheSecret(pod(INJECTED));
    var get = "./alibabacloud-kms-agent get " + SECRET;

    assertThat(pod(INJECTED).run("kms-agent", get).outputOfSuccess()).contains(VALUE);
  }

  /** Where the agent runs, and as it runs there; a busy machine is slow to connect. */
  @Test
  void a_check_finds_the_way() {
    var command = "./alibabacloud-kms-agent check --secret " + SECRET;
    var _ =
        Patience.see(
            () -> pod(INJECTED).run("kms-agent", command).output(),
            said -> said.contains("No problem was found."));
  }

  /** What it gets in the end: a busy machine is slow to connect. */
  private String read(String name, String secret) {
    var curl = NODE_CURL.replace("SECRET", secret);
    return Patience.see(
        () -> pod(name).run(KubePod.APPLICATION, curl).output(),
        answer -> answer.contains("\"SecretData\"") || answer.contains("Forbidden."));
  }

  @Test
  void each_pod_of_a_node_reads_with_the_role_of_its_service_account_and_no_other() {
    assertThat(read(ORDERS, "orders-db")).contains("\"SecretData\":\"of the orders\"");
    assertThat(read(BILLING, "billing-db")).contains("\"SecretData\":\"of the billing\"");
    assertThat(read(ORDERS, "billing-db")).contains("Forbidden.NoPermission");
    assertThat(read(BILLING, "orders-db")).contains("Forbidden.NoPermission");
    assertThat(cloud.emulator().mintedKeys().all().stream().map(MintedKey::sessionName))
        .contains("shop.orders", "shop.billing");
  }

  /** As the page says it, with the token on standard input; a busy machine is slow to connect. */
  @Test
  void a_check_in_the_agents_container_tries_the_token_of_a_service_account() {
    var check =
        "printf %s '"
            + cloud.emulator().oidc().tokenFor("shop", "orders").text()
            + "' | ./alibabacloud-kms-agent check --config=/etc/kms-agent/config.toml"
            + " --pod-token /dev/stdin --secret orders-db";

    var _ =
        Patience.see(
            () -> pod(NODE).run("kms-agent", check).output(),
            said -> said.contains("No problem was found."));
  }
}
