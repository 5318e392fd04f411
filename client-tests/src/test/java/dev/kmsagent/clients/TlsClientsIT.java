package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.testkit.SystemCommand.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients read with TLS, with what the page on the agent of a node has them add, and verify the
 * agent. As in a cluster, the certificate has names alone: the address is no name of the agent. One
 * after the other: Go compiles its libraries once.
 */
@Tag("thorough")
@Execution(ExecutionMode.SAME_THREAD)
final class TlsClientsIT {
  private static final String SERVICE = "kms-agent.kms-agent.svc";

  private static Path authority;
  private static Path otherAuthority;
  @AutoClose private static StartedAgent agent;

  @TempDir private static Path folder;

  @BeforeAll
  static void start(@TempDir Path own, @TempDir Path other) throws Exception {
    var certificates = EmulatorCertificates.in(own, "dns:localhost,dns:" + SERVICE);
    certificates.writeServer();
    authority = certificates.caFile();
    otherAuthority = EmulatorCertificates.in(other).caFile();
    agent =
        StartedAgent.start(
            "vault",
            """
            Server.TlsCertificateFile = "%1$s/server.pem"
            Server.TlsKeyFile = "%1$s/server.key"
            Server.AllowedHosts = ["%2$s"]
            """
                .formatted(own, SERVICE));
  }

  /** What the page has a client add: the code in its row. */
  private static List<String> added(String client) {
    var row = Pattern.compile("(?m)^\\| " + Pattern.quote(client) + ".*? \\| (.*) \\|$");
    var found = row.matcher(Snippet.read(Path.of("..", "docs", "node.md")));
    assertThat(found.find()).as("the page has what to add to %s", client).isTrue();
    var code = Pattern.compile("`([^`]+)`").matcher(found.group(1));
    return code.results().map(MatchResult::group).map(it -> it.replace("`", "")).toList();
  }

  /**
   * A program, the row of the page that is about it, and what it says when the authority, or the
   * name, is another.
   */
  enum Client {
    CURL("curl.sh", "curl", "curl: \\(60\\)", "curl: \\(60\\)"),
    URLOPEN("urlopen.py", "Python's `urlopen`", "CERTIFICATE_VERIFY_FAILED", "IP address mismatch"),
    HTTPS_HANDLER(
        "https_handler.py", "Python's `urlopen`", URLOPEN.otherAuthority, URLOPEN.otherName),
    REQUESTS(
        "requests_get.py",
        "Python's `requests`",
        URLOPEN.otherAuthority,
        "IP address mismatch|'127.0.0.1' doesn't match"),
    HVAC("hvac_read.py", "`hvac`", REQUESTS.otherAuthority, REQUESTS.otherName),
    FETCH("fetch.js", "Node", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "ERR_TLS_CERT_ALTNAME_INVALID"),
    HTTPS("https.js", "Node", FETCH.otherAuthority, FETCH.otherName),
    NODE_VAULT("node_vault.js", "Node", "unable to verify the first certificate", FETCH.otherName),
    GO("client.go", "Go's", "unknown authority", "x509: .*127.0.0.1"),
    JAVA("Client.java", "Java's", "PKIX path", "No .* matching IP address");

    private final String file;
    private final String row;
    private final String otherAuthority;
    private final String otherName;

    Client(String file, String row, String otherAuthority, String otherName) {
      this.file = file;
      this.row = row;
      this.otherAuthority = otherAuthority;
      this.otherName = otherName;
    }

    private Outcome read(Map<String, String> variables) throws IOException {
      if (this == NODE_VAULT) {
        var _ = Program.nodeWithVault();
      }
      var all = new HashMap<>(variables);
      // Node 18 tries one address of localhost alone.
      all.put("NODE_OPTIONS", "--dns-result-order=ipv4first");
      all.put("no_proxy", "localhost,127.0.0.1");
      var text = Snippet.ofFile("tls/" + file).text();
      var added = added(row).getFirst();
      if (added.matches("[A-Z_]+")) {
        all.put(added, variables.getOrDefault("KMS_CA_FILE", "missing"));
      }
      if (text.contains("BELOW")) {
        var language = file.endsWith(".go") ? "go" : "java";
        text =
            text.replace("BELOW", Snippet.ofPage("node.md", "What clients add", language).text());
      }
      var program = Files.writeString(folder.resolve(file), text.replace("ADDED", added));
      return Program.of(program, 11).with(all).run();
    }
  }

  private static Map<String, String> variables(String host, Path authority) {
    return Map.of(
        "KMS_URL",
        "https://" + host + ":" + agent.port(),
        "KMS_CA_FILE",
        authority.toString(),
        "TOKEN",
        StartedAgent.TOKEN);
  }

  private static Map<String, String> withoutTls() {
    return Map.of("KMS_URL", agent.url(), "TOKEN", StartedAgent.TOKEN);
  }

  private static void assertReads(Client client, Map<String, String> variables) throws IOException {
    assertThat(client.read(variables).outputOfSuccess().strip()).isEqualTo("second");
  }

  @ParameterizedTest
  @EnumSource
  void a_client_reads_by_name_and_without_TLS(Client client) throws IOException {
    assertReads(client, variables("localhost", authority));
    assertReads(client, withoutTls());
  }

  private static void assertRefused(Client client, Map<String, String> variables, String reason)
      throws IOException {
    var outcome = client.read(variables);

    assertThat(outcome.status()).isNotZero();
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.errors()).containsPattern(reason);
  }

  @ParameterizedTest
  @EnumSource
  void a_client_refuses_a_certificate_of_another_authority(Client client) throws IOException {
    assertRefused(client, variables("localhost", otherAuthority), client.otherAuthority);
  }

  @ParameterizedTest
  @EnumSource
  void a_client_refuses_a_certificate_for_other_names(Client client) throws IOException {
    assertRefused(client, variables("127.0.0.1", authority), client.otherName);
  }

  /** The name of a Service leads to the agent. */
  @Test
  void a_client_reads_by_the_name_of_a_service() throws IOException {
    var hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 " + SERVICE);
    var variables = new HashMap<>(variables(SERVICE, authority));
    variables.put("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts);

    assertReads(Client.JAVA, variables);
  }

  /** A Spring Boot application that fails to start when it cannot read. */
  private static SpringApplicationRun spring(int version, Map<String, String> variables)
      throws Exception {
    var properties = new ArrayList<>(added("Spring"));
    properties.addAll(variables.entrySet().stream().map(Object::toString).toList());
    properties.add("logging.level.root=OFF");
    properties.add("spring.config.import=vault://secret/app");
    properties.add("spring.cloud.vault.fail-fast=true");
    properties.add("spring.cloud.vault.uri=${KMS_URL}");
    properties.add("spring.cloud.vault.token=${TOKEN}");
    var loader =
        version == 3
            ? SpringApplicationRun.version3()
            : SpringApplicationRun.class.getClassLoader();
    return SpringApplicationRun.start(loader, properties.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void spring_reads_by_name_and_without_TLS(int version) throws Exception {
    for (var variables : List.of(variables("localhost", authority), withoutTls())) {
      try (var application = spring(version, variables)) {
        assertThat(application.property("password")).isEqualTo("second");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void spring_refuses_a_certificate_of_another_authority(int version) {
    assertThatThrownBy(() -> spring(version, variables("localhost", otherAuthority)))
        .hasStackTraceContaining(Client.JAVA.otherAuthority);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void spring_refuses_a_certificate_for_other_names(int version) {
    assertThatThrownBy(() -> spring(version, variables("127.0.0.1", authority)))
        .hasStackTraceContaining("Certificate for <127.0.0.1> doesn't match");
  }
}
