package dev.kmsagent.clients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
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
import org.springframework.vault.core.VaultVersionedKeyValueOperations;
import org.springframework.web.client.RestClient;

/**
 * Vault's clients log in with the token of their pod at the agent of a node. The service account
 * {@code orders} of the pod may assume the role {@link #ROLE}, and not {@link #OF_OTHERS}.
 */
final class KubernetesLoginIT {
  private static final String ROLE = "kms.shop.orders";
  private static final String OF_OTHERS = "kms.shop.billing";

  @AutoClose private static Workload workload;
  @AutoClose private static AgentProcess agent;

  @TempDir private Path folder;

  @BeforeAll
  static void start(@TempDir Path ofCluster) throws Exception {
    workload =
        Workload.start(EmulatorCertificates.in(ofCluster), ofCluster, KmsEmulator.Builder::oidc);
    workload.emulator().secrets().create("app", "{\"user\":\"app\",\"password\":\"second\"}");
    workload.giveRole("shop", "orders", "*");
    workload.giveRole("shop", "billing", "*");
    agent = AgentProcess.start(StartedAgent.injected("vault", workload.ofPods()));
    issueToken();
    // On a busy machine, a connection to STS may not be there in time.
    Patience.assertSoon(() -> status(ROLE) == 200 && status(OF_OTHERS) == 403);
  }

  /** Of a read with this role. */
  private static int status(String role) {
    return agent
        .client()
        .with("X-KMS-Token", Snippet.read(workload.tokenFile()))
        .with("X-KMS-Role", role)
        .get("/v1/secret/data/app")
        .status();
  }

  /** The kubelet replaces the token in the file of the pod. */
  private static void issueToken() {
    var token =
        workload.emulator().oidc().tokenFor("shop", "orders").ofPod("orders-0", Workload.NODE);
    workload.issue(token.livingFor(Duration.ofHours(1)));
  }

  private static String url() {
    return "http://127.0.0.1:" + agent.port();
  }

  /** What a script is told. */
  private static Map<String, String> variables() {
    var tokenFile = workload.tokenFile().toString();
    return Map.of("VAULT_ADDR", url(), "KMS_URL", url(), "TOKEN_FILE", tokenFile);
  }

  /** What the page on this agent has in this language, for this pod. */
  private static String ofPage(String language) {
    return Snippet.ofPage("node.md", "Vault's clients", language)
        .text()
        .replace("/var/run/kmstoken/token", workload.tokenFile().toString());
  }

  @Tag("thorough")
  @ParameterizedTest
  @CsvSource({
    "hvac in a pod, hvac_login.py",
    "node-vault in a pod, node_vault_login.js",
    "node-vault-client in a pod, node_vault_client_login.js"
  })
  void a_script_logs_in_and_reads(String client, String script) {
    Calls.of(Program.script(script, variables())).verify(client);
  }

  @Tag("thorough")
  @Test
  void the_page_has_a_program_for_python() throws IOException {
    var print = "\nprint(app['data']['data']['password'])\n";
    var program = Files.writeString(folder.resolve("page.py"), ofPage("python") + print);
    var command = List.of(Program.pythonWithHvac(), program.toString());

    assertThat(Program.run(command, variables())).isEqualTo("second\n");
  }

  @Test
  void the_page_has_properties_for_spring_boot() throws Exception {
    var file = folder.resolve("application.properties");
    Files.writeString(file, ofPage("properties"));
    try (var application =
        SpringApplicationRun.start(
            KubernetesLoginIT.class.getClassLoader(),
            "spring.config.location=" + file.toUri(),
            "KMS_URL=" + url())) {
      assertThat(application.property("password")).isEqualTo("second");
    }
  }

  /** A scheduler that runs what it was last given when a test says so. */
  private static final class DueTask extends NoOpTaskScheduler implements Runnable {
    private @Nullable Runnable task;

    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable due, Trigger trigger) {
      task = due;
      return super.schedule(due, trigger);
    }

    @Override
    public void run() {
      requireNonNull(task, "nothing is scheduled").run();
    }
  }

  /** Spring Vault, whose scheduler is this test. */
  private record Spring(
      DueTask renewal, LifecycleAwareSessionManager sessions, VaultVersionedKeyValueOperations kv) {
    /**
     * @param leastLife a token that would live shorter is not renewed: the next call logs in
     */
    static Spring of(String role, Duration leastLife) {
      var endpoint = SimpleVaultEndpointProvider.of(VaultEndpoint.from(URI.create(url())));
      var requests = new JdkClientHttpRequestFactory();
      var options =
          KubernetesAuthenticationOptions.builder()
              .role(role)
              .jwtSupplier(new KubernetesServiceAccountTokenFile(workload.tokenFile().toString()))
              .build();
      RestClient client = VaultClients.createRestClient(endpoint, requests, _ -> {});
      var renewal = new DueTask();
      var sessions =
          new LifecycleAwareSessionManager(
              new KubernetesAuthentication(options, client),
              renewal,
              client,
              new FixedTimeoutRefreshTrigger(Duration.ofSeconds(5), leastLife));
      var template = new VaultTemplate(endpoint, requests, sessions);
      return new Spring(renewal, sessions, template.opsForVersionedKeyValue("secret"));
    }

    String token() {
      return sessions.getSessionToken().getToken();
    }
  }

  @Test
  void spring_vault_logs_in_reads_and_renews_its_token() {
    var spring = Spring.of(ROLE, Duration.ofSeconds(7));
    var stranger = Spring.of(OF_OTHERS, Duration.ofSeconds(7));

    Calls.of(
            Map.of(
                "kv", spring.kv(),
                "sessions", spring.sessions(),
                "renewal", spring.renewal(),
                "first", spring.token(),
                "kvOfStranger", stranger.kv()),
            """
            kv.get("app").getData() | {password=second, user=app}
            sessions.renewToken() | true
            sessions.getSessionToken().getToken() == first | true
            renewal.run() | null
            kv.get("app").getData() | {password=second, user=app}
            kvOfStranger.get("app") | VaultLoginException
            """)
        .verify("Spring Vault in a pod");
  }

  @Test
  void spring_vault_logs_in_anew_when_its_token_ends() {
    var spring = Spring.of(ROLE, Duration.ofHours(2));
    var first = spring.token();
    issueToken();

    spring.renewal().run();

    assertThat(spring.token()).isNotEqualTo(first);
    assertThat(requireNonNull(spring.kv().get("app")).getRequiredData())
        .containsEntry("password", "second");
  }
}
