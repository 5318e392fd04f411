package dev.kmsagent.clients;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A cluster with an agent of a node that is a Vault, and a pod with the service account {@code
 * orders} of {@code shop}. It may assume the role {@link #ROLE}, and not {@code kms.shop.billing}.
 */
record NodeCluster(Workload workload, AgentProcess process) implements AutoCloseable {
  static final String ROLE = "kms.shop.orders";

  private static final String NODE = "node-1";

  static NodeCluster start(Path folder) throws Exception {
    var workload =
        Workload.start(EmulatorCertificates.in(folder), folder, KmsEmulator.Builder::oidc);
    var emulator = workload.emulator();
    emulator.secrets().create("app", "{\"user\":\"app\",\"password\":\"second\"}");
    emulator.roles().put(trusting(ROLE, "orders"));
    emulator.roles().put(trusting("kms.shop.billing", "billing"));
    var setup = workload.ofPods(NODE);
    for (var variable : InjectedContainer.variables("vault").entrySet()) {
      setup = setup.withVariable(variable.getKey(), variable.getValue());
    }
    var cluster = new NodeCluster(workload, AgentProcess.start(setup));
    cluster.issueToken();
    return cluster;
  }

  private static Role trusting(String role, String account) {
    return Role.named(role)
        .trusting(TrustPolicy.everybody().subjects("system:serviceaccount:shop:" + account));
  }

  /** The kubelet replaces the token in the file of the pod. */
  void issueToken() {
    var token = workload.emulator().oidc().tokenFor("shop", "orders").ofPod("orders-0", NODE);
    workload.issue(token.livingFor(Duration.ofHours(1)));
  }

  Path tokenFile() {
    return workload.tokenFile();
  }

  String url() {
    return "http://127.0.0.1:" + process.port();
  }

  /** What a script is told. */
  Map<String, String> variables() {
    return Map.of("VAULT_ADDR", url(), "KMS_URL", url(), "TOKEN_FILE", tokenFile().toString());
  }

  /** Writes what the page on this agent has in this language to a file, for this pod. */
  Path writeSnippet(String language, Path file) throws IOException {
    var text = Snippet.ofPage("node.md", "Vault's clients", language).text();
    return Files.writeString(file, text.replace("/var/run/kmstoken/token", tokenFile().toString()));
  }

  @Override
  public void close() throws IOException {
    process.close();
    workload.close();
  }
}
