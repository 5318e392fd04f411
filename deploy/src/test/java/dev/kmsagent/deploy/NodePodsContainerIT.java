package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Patience;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
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
    var daemonSet = (DaemonSet) Manifests.resource(HelmChart.one(chart, "DaemonSet"));
    var configMap = (ConfigMap) Manifests.resource(HelmChart.one(chart, "ConfigMap"));
    return play(
        new Playable("kms-agent-node", Manifests.pod(daemonSet), Map.of())
            .in(cloud)
            .with("KMS_AGENT_KMS_PODIDENTITY_JWKSURI", cloud.keys())
            .resource("ConfigMap", configMap.getMetadata().getName(), "data", configMap.getData())
            .secret(Map.of("token", HostCloud.TOKEN, "ca.crt", cloud.authority()))
            .serviceAccount(),
        folder);
  }

  /** What the policy makes of a pod that has nothing but the label. */
  private PlayedPod play(List<Map<String, Object>> chart, String account, Path folder)
      throws IOException {
    var label = "metadata: {annotations: null, labels: {kms-agent/inject: node}}";
    var policies = new AdmissionPolicies(chart);
    var pod = policies.mutate(Pods.patched(Pods.read("restricted"), label));
    assertThat(policies.refusals(pod)).isEmpty();
    var spec = Pods.strictly(pod).getSpec();
    spec.setHostAliases(List.of(new HostAlias(List.of(HOST), agent.address())));
    var name = "kms-agent-node-" + account;
    var token = cloud.emulator().oidc().tokenFor("shop", account).ofPod(name, Playable.NODE);
    return play(new Playable(name, spec, Map.of()).secret(Map.of("token", token.text())), folder);
  }

  private PlayedPod play(Playable playable, Path folder) throws IOException {
    var pod = playable.play(folder);
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
}
