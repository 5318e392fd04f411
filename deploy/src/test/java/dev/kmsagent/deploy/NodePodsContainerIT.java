package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Patience;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The agent of a node as the chart renders it, and two pods of different service accounts. */
@ExtendWith(Podman.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class NodePodsContainerIT {
  private static final String AGENT = "kms-agent";
  private static final String HOST = "kms-agent.kms-agent.svc.cluster.local.";

  /** The line of the page, for another secret. */
  private static final String CURL =
      """
      printf 'X-KMS-Token: %s\n' "$(cat /var/run/kmstoken/token)" |
        curl -sS --connect-timeout 2 -H @- "$KMS_URL/secretsmanager/get?secretId=SECRET"
      """;

  private final List<AutoCloseable> started = new ArrayList<>();
  private HostCloud cloud;
  private PlayedPod agent;
  private PlayedPod orders;
  private PlayedPod billing;

  @BeforeAll
  void play(@TempDir Path folder) throws Exception {
    cloud =
        HostCloud.start(
            Files.createDirectory(folder.resolve("cloud")), "kms.shop.orders", "shop", "orders");
    started.add(cloud);
    for (var account : List.of("orders", "billing")) {
      cloud.emulator().roles().put(role(account));
      cloud.emulator().secrets().create(account + "-db", "of the " + account);
    }
    var chart = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values());
    agent = playAgent(chart, folder);
    cloud.open(PlayedPod.gateway());
    agent.seeItAnswer("/readyz");
    orders = play(chart, "orders", folder);
    billing = play(chart, "billing", folder);
  }

  @AfterAll
  void end() throws Exception {
    for (var each : started.reversed()) {
      each.close();
    }
  }

  private static Role role(String account) {
    var subject = "system:serviceaccount:shop:" + account;
    return Role.named("kms.shop." + account)
        .trusting(TrustPolicy.everybody().subjects(subject))
        .reading(account + "-*");
  }

  private String values() {
    var oidc = cloud.emulator().oidc();
    return """
    {identity: {accounts: ['%s'], oidcProviderArn: '%s'}, kms: {endpoint: '%s'}, node: {issuer: '%s'}}
    """
        .formatted(cloud.account(), oidc.arn(), cloud.endpoint(), oidc.issuer());
  }

  private PlayedPod playAgent(List<Map<String, Object>> chart, Path folder) throws IOException {
    var resources = chart.stream().map(KubernetesModel::resource).toList();
    var name = "kms-agent-node";
    var playable =
        new Playable(name, deployment(Manifests.one(resources, DaemonSet.class)), folder)
            .images(Images.agent(), Images.application())
            .cloudOfNode(AGENT, cloud, Manifests.one(resources, ConfigMap.class));
    return play(name, playable.resources(), folder);
  }

  /** Podman has no node to run one on. */
  private static Deployment deployment(DaemonSet daemonSet) {
    return new DeploymentBuilder()
        .withMetadata(daemonSet.getMetadata())
        .withNewSpec()
        .withReplicas(1)
        .withSelector(daemonSet.getSpec().getSelector())
        .withTemplate(daemonSet.getSpec().getTemplate())
        .endSpec()
        .build();
  }

  /** What the policy makes of a pod that has nothing but the label. */
  private PlayedPod play(List<Map<String, Object>> chart, String account, Path folder)
      throws IOException {
    var labelled =
        Pods.with(Pods.read("no-role"), Map.of("kms-agent/inject", "node"), "metadata", "labels");
    var policies = new AdmissionPolicies(chart);
    var pod = policies.mutate(InjectedPod.restricted(labelled));
    assertThat(policies.refusals(pod)).isEmpty();
    var name = "kms-agent-node-" + account;
    var deployment = InjectedPod.deployment(name, pod);
    var alias = new HostAlias(List.of(HOST), agent.address());
    deployment.getSpec().getTemplate().getSpec().setHostAliases(List.of(alias));
    var token = cloud.emulator().oidc().tokenFor("shop", account).ofPod(name, Playable.NODE);
    var playable =
        new Playable(name, deployment, folder)
            .images(Images.agent(), Images.application())
            .token(token.text());
    return play(name, playable.resources(), folder);
  }

  private PlayedPod play(String name, List<HasMetadata> resources, Path folder) throws IOException {
    var pod = PlayedPod.play(name, resources, folder);
    started.add(pod);
    return pod;
  }

  private static String read(PlayedPod pod, String secret) {
    return pod.run("my-app", CURL.replace("SECRET", secret)).outputOfSuccess();
  }

  @Test
  void each_pod_reads_with_the_role_of_its_service_account_and_no_other() {
    assertThat(read(orders, "orders-db")).contains("\"SecretData\":\"of the orders\"");
    assertThat(read(billing, "billing-db")).contains("\"SecretData\":\"of the billing\"");
    assertThat(read(orders, "billing-db")).contains("Forbidden.NoPermission");
    assertThat(read(billing, "orders-db")).contains("Forbidden.NoPermission");
    assertThat(cloud.emulator().mintedKeys().all().stream().map(MintedKey::sessionName))
        .contains("shop.orders", "shop.billing");
  }

  @Test
  void a_pod_may_name_no_role_that_sts_does_not_grant_it() {
    var line = CURL.replace("SECRET", "billing-db").replace("-H @-", "-H @- -H 'X-KMS-Role: ROLE'");

    assertThat(orders.run("my-app", line.replace("ROLE", "kms.shop.billing")).outputOfSuccess())
        .contains("Forbidden.Role");
  }

  @Test
  void the_token_of_a_pod_on_another_node_is_refused() {
    var token = cloud.emulator().oidc().tokenFor("shop", "orders").ofPod("orders", "node-2").text();
    var line = CURL.replace("SECRET", "orders-db").replace("$(cat /var/run/kmstoken/token)", token);

    assertThat(orders.run("my-app", line).outputOfSuccess())
        .contains("Forbidden.Token", "on another node");
  }

  /** As the page says it, with the token on standard input; a busy machine is slow to connect. */
  @Test
  void a_check_in_the_agents_container_tries_the_token_of_a_service_account() {
    var token = cloud.emulator().oidc().tokenFor("shop", "orders").text();
    var check =
        "printf %s '"
            + token
            + "' | ./alibabacloud-kms-agent check /etc/kms-agent/config.toml"
            + " --pod-token /dev/stdin --secret orders-db";

    var _ =
        Patience.see(
            () -> agent.run(AGENT, check).output(), said -> said.contains("No problem was found."));
  }

  @Test
  void an_agent_that_was_killed_comes_back_and_serves() {
    var starts = agent.restarts(AGENT);
    agent.crash(AGENT);

    var _ = Patience.see(() -> agent.restarts(AGENT), restarts -> restarts > starts);
    agent.seeItAnswer("/readyz");
    assertThat(read(orders, "orders-db")).contains("of the orders");
  }
}
