import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An emulated cluster: its pods have tokens, and each service account a role that trusts it alone.
 *
 * <p>Arguments: a folder, and the number of pods, of their roles, and of the secrets of each. It
 * writes {@code tokens} to the folder, one a line: those of the pods, of one pod with a role that
 * no other has, and of a neighbour. The environment of an agent of the node follows in {@code
 * environment}. Tokens are signed with RS256, as those of ACK are. It runs until it is killed.
 */
record Cluster(KmsEmulator emulator, EmulatorCertificates certificates) {
  private static final String NAMESPACE = "shop";
  private static final String NODE = "node-1";
  private static final String NEIGHBOUR = "neighbour";
  private static final int LARGE_SECRETS = 1500;
  private static final int LARGE_SIZE = 30 * 1024;

  public static void main(String[] arguments) throws Exception {
    var folder = Path.of(arguments[0]);
    int pods = Integer.parseInt(arguments[1]);
    int roles = Integer.parseInt(arguments[2]);
    var cluster = start(folder, roles);
    cluster.createSecrets(roles, Integer.parseInt(arguments[3]));
    cluster.writeTokens(folder.resolve("tokens"), pods, roles);
    cluster.writeEnvironment(folder.resolve("environment"));
    Thread.sleep(Duration.ofDays(1));
  }

  private static Cluster start(Path folder, int roles) throws Exception {
    var certificates =
        EmulatorCertificates.in(Files.createDirectories(folder.resolve("certificates")));
    var builder =
        KmsEmulator.builder()
            .accessKey("LTAI-emulated", "known-to-everybody")
            .sts(certificates.server())
            .oidc()
            .role(roleOf(NEIGHBOUR));
    for (int role = 0; role <= roles; role++) {
      builder.role(roleOf(account(role)));
    }
    var emulator = builder.start();
    emulator.oidc().rotate("RS256");
    return new Cluster(emulator, certificates);
  }

  private static String account(int role) {
    return "app" + role;
  }

  private static Role roleOf(String account) {
    return Role.named("kms." + NAMESPACE + "." + account)
        .trusting(
            TrustPolicy.everybody().subjects("system:serviceaccount:" + NAMESPACE + ":" + account));
  }

  private void createSecrets(int roles, int secrets) {
    var small = "x".repeat(160);
    emulator.secrets().create("app/dev/secret-1", small);
    for (int role = 0; role <= roles; role++) {
      for (int number = 1; number <= secrets; number++) {
        emulator.secrets().create(account(role) + "/secret-" + number, small);
      }
    }
    var large = "x".repeat(LARGE_SIZE);
    for (int number = 1; number <= LARGE_SECRETS; number++) {
      emulator.secrets().create(NEIGHBOUR + "/large-" + number, large);
    }
  }

  private void writeTokens(Path file, int pods, int roles) throws IOException {
    var tokens = new ArrayList<String>();
    for (int pod = 0; pod < pods; pod++) {
      tokens.add(token(account(pod % roles), "pod-" + pod));
    }
    tokens.add(token(account(roles), "further-pod"));
    tokens.add(token(NEIGHBOUR, NEIGHBOUR));
    Files.write(file, tokens);
  }

  private String token(String account, String pod) {
    IssuedToken token = emulator.oidc().tokenFor(NAMESPACE, account);
    return token.ofPod(pod, NODE).livingFor(Duration.ofDays(1)).text();
  }

  private void writeEnvironment(Path file) throws IOException {
    var variables =
        Map.of(
            "KMS_AGENT_KMS_CREDENTIALTYPE", "PodIdentity",
            "KMS_AGENT_KMS_ENDPOINT", emulator.endpoint(),
            "KMS_AGENT_KMS_CAFILE", certificates.caFile().toString(),
            "KMS_AGENT_KMS_STSENDPOINT", emulator.sts().endpoint(),
            "KMS_AGENT_KMS_OIDCPROVIDERARN", emulator.oidc().arn(),
            "KMS_AGENT_KMS_ROLEARN",
                emulator.roles().arn("kms.{namespace}.{serviceAccount}"),
            "KMS_AGENT_KMS_PODIDENTITY_ISSUER", emulator.oidc().issuer(),
            "KMS_AGENT_KMS_PODIDENTITY_NODENAME", NODE);
    var written = file.resolveSibling("environment.new");
    Files.writeString(
        written,
        variables.entrySet().stream()
            .map(it -> it.getKey() + "=" + it.getValue() + "\n")
            .collect(Collectors.joining()));
    Files.move(written, file);
  }
}
