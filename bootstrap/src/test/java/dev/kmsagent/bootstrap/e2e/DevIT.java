package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent on an emulated KMS, by one command, and the lines that it prints to paste; and the
 * emulator alone, and a shell that sources the environment that it writes.
 */
final class DevIT {
  /** What a developer who works with KMS may have set. */
  private static final AgentSetup OWN =
      new AgentSetup(
          Map.of(),
          Map.of(
              "ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-own",
              "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "own",
              "ALIBABA_CLOUD_REGION_ID", "cn-own",
              "HTTPS_PROXY", "http://127.0.0.1:1",
              "KMS_TOKEN", "file:///own",
              "KMS_AGENT_KMS_ENDPOINT", "kms.cn-own.aliyuncs.com",
              "KMS_AGENT_SERVER_HTTPPORT", "1"));

  @TempDir private Path folder;

  /** The emulator alone, which writes the environment of a shell. */
  private AgentProcess emulator(String... options) {
    var all = Stream.concat(Stream.of("--env", "emulator.env"), Stream.of(options));
    return begin(OWN, "emulator", all.toArray(String[]::new)).listening();
  }

  private AgentProcess begin(AgentSetup setup, String command, String... options) {
    var words = new ArrayList<>(AgentProcess.inForeground(Distribution.plainLauncher(), command));
    words.addAll(List.of(options));
    var javaOptions = "-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + folder;
    return AgentProcess.begin(setup.withJavaOptions(javaOptions), folder, words);
  }

  /** What it prints, once all of it is there. */
  private static String guide(AgentProcess dev) {
    dev.listening();
    return String.join(
        "\n",
        Patience.see(
            dev::stdout, lines -> lines.stream().anyMatch(l -> l.startsWith("There are"))));
  }

  private static String line(String guide, String after) {
    var following =
        Pattern.compile(Pattern.quote(after) + ".*\n +((?:printf|curl) .*)").matcher(guide);
    assertThat(following.find()).as(guide).isTrue();
    return following.group(1);
  }

  /** Headers and body. */
  private static String paste(String line) {
    return SystemCommand.of("sh", "-c", line.replace("curl -v", "curl -si")).run().output();
  }

  /** Until the answer has these parts: the agent connects within two seconds, or fails. */
  private static void pasteUntil(String line, String... parts) {
    Patience.see(() -> paste(line), answer -> Stream.of(parts).allMatch(answer::contains));
  }

  @Test
  void the_lines_it_prints_show_the_cache_at_work_and_ctrl_c_leaves_no_token_behind()
      throws Exception {
    try (var dev = begin(OWN, "dev", "--port", "0")) {
      var guide = guide(dev);
      var read = line(guide, "Read a secret:");

      assertThat(read)
          .as("the token is in no argument of a process")
          .matches(
              "printf 'X-KMS-Token: %s\\\\n' \"\\$\\(cat /\\S+/token\\)\" \\| curl -v -H @-"
                  + " 'http://127.0.0.1:\\d+/secretsmanager/get\\?secretId=app/dev/secret-1'");
      pasteUntil(read, "200 OK", "fwd=miss", "hello from the emulated KMS\"", "\"v1\"");
      assertThat(paste(line(guide, "Rotate it"))).contains("\"v2\"");
      assertThat(paste(read)).contains("kms-agent; hit", "\"v1\"");
      pasteUntil(line(guide, "Read the new value"), "fwd=request", "\"v2\"");
      dev.awaitLogged("secret_read");
      pasteUntil(line(guide, "Read a field"), "200 OK", "first");
      var settings = guide.replaceAll("(?s).*\n  (export KMS_AGENT[^\n]*)\n.*", "$1");
      // They connect within two seconds, too.
      var commands =
          settings
              + "; agent=%s; $agent get app#password && $agent exec --env P=app#user -- printenv P"
                  .formatted(Distribution.plainLauncher().toAbsolutePath())
              + " && $agent status";
      Patience.see(
          () -> SystemCommand.of("sh", "-c", commands).run(),
          run -> run.status() == 0 && run.output().startsWith("firstapp\nagent: UP"));

      var token = Path.of(guide.replaceAll("(?s).*\\$\\(cat (\\S+?)\\).*", "$1"));
      assertThat(token).isRegularFile();
      assertThat(dev.signal("INT").exit().status()).isZero();
      assertThat(token.getParent()).doesNotExist();
    }
  }

  @Test
  void a_role_of_the_emulated_sts_reads_secrets_of_a_file_and_outlives_its_key() throws Exception {
    Files.writeString(
        folder.resolve("mine.toml"), "[[secret]]\nname = \"mine\"\ntext = \"my own\"\n");
    var vault =
        OWN.withVariable("KMS_AGENT_SERVER_RESPONSETYPE", "2")
            .withVariable("KMS_AGENT_SERVER_VAULTMOUNT", "secret");
    try (var dev =
        begin(vault, "dev", "--port", "0", "--identity", "rrsa", "--secrets", "mine.toml")) {
      var guide = guide(dev);
      assertThat(guide).endsWith("There are: mine");
      var calls = line(guide, "See what STS was asked");

      var read = line(guide, "Read a secret:");
      pasteUntil(read, "200 OK", "fwd=miss");
      assertThat(paste(read.replace("secretsmanager/get?secretId=", "v1/secret/data/")))
          .contains("\"data\":{\"value\":\"my own\"}");
      var before = rolesAssumed(paste(calls));
      assertThat(paste(line(guide, "Revoke its key"))).isEmpty();
      pasteUntil(line(guide, "Read the new value"), "200 OK", "fwd=request");
      assertThat(rolesAssumed(paste(calls))).isGreaterThan(before);
    }
  }

  @Test
  void three_pods_send_their_tokens_and_that_without_a_role_is_told_why_it_is_refused()
      throws Exception {
    try (var dev = begin(OWN, "dev", "--port", "0", "--identity", "node")) {
      var guide = guide(dev);
      var guest = line(guide, "Read as shop/guest");

      pasteUntil(line(guide, "Read a secret:"), "200 OK", "fwd=miss");
      // With a cache of its own.
      pasteUntil(
          line(guide, "Read as shop/billing"),
          "200 OK",
          "fwd=miss",
          "hello from the emulated KMS\"");
      pasteUntil(guest, "403", "Forbidden.Role", "trust policy");
      var withItsOwnRole = guest.replace("-H 'X-KMS-Role: kms.shop.orders' ", "");
      pasteUntil(withItsOwnRole, "403", "Forbidden.Role", "does not exist");
      assertThat(rolesAssumed(paste(line(guide, "See what STS was asked")))).isGreaterThan(3);

      var token = Path.of(guide.replaceAll("(?s).*\\$\\(cat (\\S+?)\\).*", "$1"));
      assertThat(token.getParent())
          .satisfies(it -> assertThat(Files.getPosixFilePermissions(it)).hasSize(3));
      assertThat(dev.signal("INT").exit().status()).isZero();
      assertThat(token.getParent()).doesNotExist();
    }
  }

  private static int rolesAssumed(String calls) {
    var count = Pattern.compile("\"AssumeRoleWithOIDC\":(\\d+)").matcher(calls);
    assertThat(count.find()).as(calls).isTrue();
    return Integer.parseInt(count.group(1));
  }

  /** What a shell prints that has sourced the environment. */
  private String shell(String script) {
    return SystemCommand.of("sh", "-euc", ". ./emulator.env\n" + script).in(folder).run().printed();
  }

  /** It connects within two seconds, which takes another attempt on a busy machine. */
  private void assertThatAnAgentReads() {
    var check =
        "KMS_TOKEN=0123456789abcdef '%s' check --secret app/dev/secret-1"
            .formatted(Distribution.plainLauncher().toAbsolutePath());
    var report = Patience.see(() -> shell(check), text -> text.contains("No problem was found."));
    assertThat(report).contains("It may be read.");
  }

  @Test
  @Tag("thorough")
  void all_three_services_are_there_and_only_sts_needs_the_authority() throws Exception {
    try (var emulator = emulator()) {
      var line = shell("grep 'export KMS_ENDPOINT=' emulator.env").strip();
      Patience.see(emulator::stdout, lines -> lines.contains(line));
      assertThat(shell("curl -fsS $KMS_PROTOCOL://$KMS_ENDPOINT/_emulator/secrets"))
          .contains("app/dev/secret-1");
      assertThat(shell("curl -fsS $KMS_ENDPOINT/_emulator/ca.pem | cmp - $CA_FILE")).isEmpty();
      assertThat(shell("curl -sS --cacert $CA_FILE https://$STS_ENDPOINT/"))
          .contains("MissingParameter");
      assertThat(shell("env -u SSL_CERT_FILE curl -sS https://$STS_ENDPOINT/ || true"))
          .contains("certificate");
      assertThat(shell("curl -fsS $METADATA_ENDPOINT/latest/meta-data/ram/security-credentials/"))
          .isEqualTo("dev-role-for-rrsa");
      assertThatAnAgentReads();
      assertThat(emulator.signal("INT").exit().status()).isZero();
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  @Tag("thorough")
  void on_chosen_ports_an_agent_reads_with_the_key_at_the_address_of_credentials()
      throws Exception {
    var ports = List.of(FreePort.next(), FreePort.next(), FreePort.next());
    try (var emulator =
        emulator(
            "--identity=URI",
            "--kms-port=" + ports.getFirst(),
            "--sts-port=" + ports.get(1),
            "--metadata-port=" + ports.getLast())) {
      assertThat(emulator.port()).isEqualTo(ports.getFirst());
      assertThat(shell("echo $KMS_ENDPOINT $STS_ENDPOINT $METADATA_ENDPOINT"))
          .isEqualTo("127.0.0.1:%s 127.0.0.1:%s 127.0.0.1:%s\n".formatted(ports.toArray()));
      assertThatAnAgentReads();
      var ofAnother = Files.writeString(folder.resolve("emulator.env"), "another");
      assertThat(emulator.signal("TERM").exit().status()).isZero();
      assertThat(ofAnother).hasContent("another");
    }
  }
}
