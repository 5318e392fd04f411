package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent on an emulated KMS, by one command, and the lines that it prints to paste. */
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

  private AgentProcess dev(String... options) throws IOException {
    return dev(OWN, options);
  }

  private AgentProcess dev(AgentSetup setup, String... options) throws IOException {
    var command = new ArrayList<>(AgentProcess.inForeground(Distribution.plainLauncher(), "dev"));
    command.addAll(List.of(options));
    var javaOptions = "-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + folder;
    return AgentProcess.begin(setup.withJavaOptions(javaOptions), folder, command);
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

  @Test
  void the_lines_it_prints_show_the_cache_at_work_and_ctrl_c_leaves_no_token_behind()
      throws Exception {
    try (var dev = dev("--port", "0")) {
      var guide = guide(dev);
      var read = line(guide, "Read a secret:");

      assertThat(read)
          .as("the token is in no argument of a process")
          .matches(
              "printf 'X-KMS-Token: %s\\\\n' \"\\$\\(cat /\\S+/token\\)\" \\| curl -v -H @-"
                  + " 'http://127.0.0.1:\\d+/secretsmanager/get\\?secretId=app/dev/secret-1'");
      assertThat(paste(read)).contains("fwd=miss", "hello from the emulated KMS\"", "\"v1\"");
      assertThat(paste(line(guide, "Rotate it"))).contains("\"v2\"");
      assertThat(paste(read)).contains("kms-agent; hit", "\"v1\"");
      assertThat(paste(line(guide, "Read the new value"))).contains("fwd=request", "\"v2\"");
      Patience.see(dev::stderr, log -> log.toString().contains("secret_read"));

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
    try (var dev = dev(vault, "--port", "0", "--identity", "rrsa", "--secrets", "mine.toml")) {
      var guide = guide(dev);
      assertThat(guide).endsWith("There are: mine");
      var calls = line(guide, "See what STS was asked");

      Patience.see(
          () -> paste(line(guide, "Read a secret:")), answer -> answer.contains("fwd=miss"));
      assertThat(
              paste(
                  line(guide, "Read a secret:")
                      .replace("secretsmanager/get?secretId=", "v1/secret/data/")))
          .contains("\"data\":{\"value\":\"my own\"}");
      var before = rolesAssumed(paste(calls));
      assertThat(paste(line(guide, "Revoke its key"))).isEmpty();
      assertThat(paste(line(guide, "Read the new value"))).contains("200 OK", "fwd=request");
      assertThat(rolesAssumed(paste(calls))).isGreaterThan(before);
    }
  }

  @Test
  void three_pods_send_their_tokens_and_that_without_a_role_is_told_why_it_is_refused()
      throws Exception {
    try (var dev = dev("--port", "0", "--identity", "node")) {
      var guide = guide(dev);
      var guest = line(guide, "Read as shop/guest");

      Patience.see(
          () -> paste(line(guide, "Read a secret:")), answer -> answer.contains("fwd=miss"));
      assertThat(paste(line(guide, "Read as shop/billing")))
          .as("a cache of its own")
          .contains("200 OK", "fwd=miss", "hello from the emulated KMS\"");
      assertThat(paste(guest)).contains("403", "Forbidden.Role", "trust policy");
      assertThat(paste(guest.replace("-H 'X-KMS-Role: kms.shop.orders' ", "")))
          .as("its own role does not exist")
          .contains("403", "Forbidden.Role", "does not exist");
      assertThat(rolesAssumed(paste(line(guide, "See what STS was asked")))).isEqualTo(4);

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

  @Test
  void a_port_that_is_taken_is_said_with_what_to_do() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var dev = dev("--port", Integer.toString(taken.getLocalPort()))) {
      var exit = dev.exit();

      assertThat(exit.status()).isEqualTo(1);
      assertThat(exit.stderr()).contains(Integer.toString(taken.getLocalPort()), "--port 0");
    }
  }
}
