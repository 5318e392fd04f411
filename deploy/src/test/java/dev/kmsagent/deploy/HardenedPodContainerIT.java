package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The hardened Deployment. */
final class HardenedPodContainerIT extends PodContract {
  private static final String NAME = "kms-agent-hardened";
  private static final String AGENT = "kms-agent";
  private static final String CHECK =
      "./alibabacloud-kms-agent check config.toml --secret app/dev/secret-1";
  private static final Pattern POLICY =
      Pattern.compile("^\\{$.*?^}$", Pattern.MULTILINE | Pattern.DOTALL);

  HardenedPodContainerIT() {
    super(NAME, AGENT);
  }

  @Override
  Cloud cloud(Path folder) throws Exception {
    return Cloud.start(folder, ROLE, "rrsa-dev", "my-app");
  }

  @Override
  Playable playable(Cloud cloud, Path volumes) throws IOException {
    var deployment = Manifests.one("hardened/deployment.yaml", Deployment.class);
    var emulator = cloud.emulator();
    var configuration = Files.readString(Clone.kubernetes().resolve("hardened/config.toml"));
    return new Playable(NAME, deployment, volumes)
        .images(Images.agent(), Images.application())
        .cloud(
            AGENT,
            cloud,
            emulator.roles().arn(ROLE),
            emulator.oidc().tokenFor("rrsa-dev", "my-app").text())
        .configMap(AGENT, Map.of("config.toml", configuration));
  }

  /** What the kubelet does, from where it does it. */
  @Test
  @Order(0)
  void the_probes_are_answered_at_the_address_of_the_pod() {
    var address = "http://" + pod().address() + ":9090";
    try (var kubelet = HttpClient.newHttpClient()) {
      for (var path : new String[] {"/ping", "/readyz"}) {
        var request = HttpRequest.newBuilder(URI.create(address + path)).build();
        var _ = Eventually.see(() -> status(kubelet, request), status -> status == 200);
      }
    }
  }

  private static int status(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException refused) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  @Order(0)
  void the_root_is_read_only_and_the_log_is_written() {
    var files = Eventually.see(() -> pod().run(AGENT, "ls logs").output(), it -> !it.isEmpty());

    assertThat(files).isEqualTo("kms-agent.log\n");
    assertThat(pod().run(AGENT, "touch config.toml lib/x").errors()).contains("Read-only");
    assertThat(pod().run("my-app", "touch /x").errors()).contains("Read-only");
  }

  @Test
  @Order(0)
  void the_token_is_for_the_group_and_nobody_else() {
    var rights = pod().run("my-app", "stat --format '%a %u %g' /var/run/kmstoken/token");

    assertThat(rights.outputOfSuccess()).isEqualTo("640 65532 65532\n");
  }

  /** Where the agent runs, and as it runs there. */
  @Test
  @Order(1)
  void a_check_finds_the_way_and_asks_for_the_policies_of_this_folder() throws IOException {
    var check = pod().run(AGENT, CHECK).outputOfSuccess();
    var asked = POLICY.matcher(check).results().map(found -> Policy.parse(found.group())).toList();

    assertThat(check).contains("No problem was found.");
    assertThat(asked.stream().map(Policy::actions))
        .containsExactly(List.of("kms:GetSecretValue"), List.of("sts:AssumeRole"));
    assertThat(Policy.actions(Policy.read("permission-policy")))
        .containsAll(Policy.actions(asked.getFirst()));
    assertThat(Policy.shape(Policy.read("trust-policy"))).isEqualTo(Policy.shape(asked.getLast()));
  }
}
