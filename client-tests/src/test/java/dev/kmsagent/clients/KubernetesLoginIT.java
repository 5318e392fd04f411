package dev.kmsagent.clients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.NoOpTaskScheduler;
import org.springframework.vault.authentication.KubernetesAuthentication;
import org.springframework.vault.authentication.KubernetesAuthenticationOptions;
import org.springframework.vault.authentication.KubernetesServiceAccountTokenFile;
import org.springframework.vault.authentication.LifecycleAwareSessionManager;
import org.springframework.vault.authentication.LifecycleAwareSessionManagerSupport.FixedTimeoutRefreshTrigger;
import org.springframework.vault.client.SimpleVaultEndpointProvider;
import org.springframework.vault.client.VaultClients;
import org.springframework.vault.client.VaultEndpoint;
import org.springframework.vault.core.VaultTemplate;
import org.springframework.web.client.RestClient;

/** Vault's clients log in with the token of their pod at the agent of a node. */
final class KubernetesLoginIT {
  private static final String APP = "{password=second, user=app}";

  private static NodeCluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void start(@TempDir Path ofCluster) throws Exception {
    cluster = NodeCluster.start(ofCluster);
  }

  @AfterAll
  static void end() throws IOException {
    cluster.close();
  }

  @ParameterizedTest
  @CsvSource({
    "hvac in a pod, hvac_login.py",
    "node-vault in a pod, node_vault_login.js",
    "node-vault-client in a pod, node_vault_client_login.js"
  })
  void a_script_logs_in_and_reads(String client, String script) throws IOException {
    Calls.of(Program.script(script, cluster.variables())).verify(client);
  }

  @Test
  void the_page_has_a_program_for_python() throws IOException {
    var program = cluster.writeSnippet("python", folder.resolve("page.py"));
    var print = "\nprint(app['data']['data']['password'])\n";
    Files.writeString(program, print, StandardOpenOption.APPEND);
    var command = List.of(Program.pythonWithHvac(), program.toString());

    assertThat(Program.run(command, cluster.variables())).isEqualTo("second\n");
  }

  @Test
  void the_page_has_properties_for_spring_boot() throws Exception {
    var file = cluster.writeSnippet("properties", folder.resolve("application.properties"));
    try (var application =
        SpringApplicationRun.start(
            KubernetesLoginIT.class.getClassLoader(),
            "spring.config.location=" + file.toUri(),
            "KMS_URL=" + cluster.url())) {
      assertThat(application.property("password")).isEqualTo("second");
    }
  }

  /** A scheduler that runs what it was last given when a test says so. */
  private static final class DueTask extends NoOpTaskScheduler {
    private @Nullable Runnable task;

    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable due, Trigger trigger) {
      task = due;
      return super.schedule(due, trigger);
    }

    String run() {
      requireNonNull(task, "nothing is scheduled").run();
      return "done";
    }
  }

  /** Spring Vault, whose scheduler is this test. */
  private static final class Spring {
    private final DueTask renewal = new DueTask();
    private final LifecycleAwareSessionManager sessions;
    private final VaultTemplate template;

    /**
     * @param leastLife a token that would live shorter is not renewed: the next call logs in
     */
    Spring(String role, Duration leastLife) {
      var endpoint = VaultEndpoint.from(URI.create(cluster.url()));
      var requests = new JdkClientHttpRequestFactory();
      var options =
          KubernetesAuthenticationOptions.builder()
              .role(role)
              .jwtSupplier(new KubernetesServiceAccountTokenFile(cluster.tokenFile().toString()))
              .build();
      RestClient client =
          VaultClients.createRestClient(
              SimpleVaultEndpointProvider.of(endpoint), requests, _ -> {});
      sessions =
          new LifecycleAwareSessionManager(
              new KubernetesAuthentication(options, client),
              renewal,
              client,
              new FixedTimeoutRefreshTrigger(Duration.ofSeconds(5), leastLife));
      template = new VaultTemplate(SimpleVaultEndpointProvider.of(endpoint), requests, sessions);
    }

    Object read() {
      var secret = requireNonNull(template.opsForVersionedKeyValue("secret").get("app"));
      return new TreeMap<>(secret.getRequiredData());
    }

    String token() {
      return sessions.getSessionToken().getToken();
    }
  }

  @Test
  void spring_vault_logs_in_reads_and_renews_its_token() throws IOException {
    var spring = new Spring(NodeCluster.ROLE, Duration.ofSeconds(7));
    var stranger = new Spring("kms.shop.billing", Duration.ofSeconds(7));
    var first = spring.token();

    new Calls()
        .gives("opsForVersionedKeyValue(\"secret\").get(\"app\")", spring::read, APP)
        .gives("renewToken()", spring.sessions::renewToken, true)
        .gives("getSessionToken() is the first", () -> spring.token().equals(first), true)
        .gives("the scheduled renewal", spring.renewal::run, "done")
        .gives("get(\"app\") after it", spring::read, APP)
        .gives("get(\"app\") with the role of others", stranger::read, "VaultLoginException")
        .verify("Spring Vault in a pod");
  }

  @Test
  void spring_vault_logs_in_anew_when_its_token_ends() {
    var spring = new Spring(NodeCluster.ROLE, Duration.ofHours(2));
    var first = spring.token();
    cluster.issueToken();

    spring.renewal.run();

    assertThat(spring.read()).hasToString(APP);
    assertThat(spring.token()).isNotEqualTo(first);
  }
}
