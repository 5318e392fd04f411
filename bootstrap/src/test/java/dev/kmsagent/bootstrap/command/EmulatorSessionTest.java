package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.seed.SeedFile;
import dev.kmsagent.emulator.session.DevelopmentCloud;
import dev.kmsagent.emulator.session.EmulatedCloud;
import dev.kmsagent.emulator.session.EmulatedCloud.Listeners;
import dev.kmsagent.emulator.session.EmulatedEnvironment;
import dev.kmsagent.emulator.session.Identity;
import dev.kmsagent.emulator.session.Reach;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EmulatorSessionTest {
  private static final String CREDENTIALS =
      "ACCESS_KEY_ID ACCESS_KEY_SECRET SECURITY_TOKEN ROLE_ARN OIDC_PROVIDER_ARN OIDC_TOKEN_FILE"
          + " CREDENTIALS_URI ECS_METADATA PROFILE";
  private static final Listeners LISTENERS = Listeners.kmsAt(0);

  @TempDir private static Path folder;
  @AutoClose private static EmulatedCloud cloud;

  @BeforeAll
  static void start() throws IOException {
    cloud = EmulatedCloud.complete(SeedFile.demonstration(), folder, Reach.LOOPBACK, LISTENERS);
  }

  private static String environment(Identity identity) throws IOException {
    return new EmulatedEnvironment(cloud, LISTENERS, identity, true).text();
  }

  private static String shell(String script) {
    return SystemCommand.of("sh", "-euc", script).run().printed();
  }

  @ParameterizedTest
  @CsvSource({
    "KEY, AccessKey, ACCESS_KEY_ID ACCESS_KEY_SECRET",
    "RRSA, RRSA, OIDC_PROVIDER_ARN OIDC_TOKEN_FILE ROLE_ARN",
    "URI, Default, CREDENTIALS_URI"
  })
  void it_sets_the_credentials_of_one_identity_and_hides_those_of_the_shell(
      Identity identity, String type, String names) throws IOException {
    var file = Files.writeString(folder.resolve(identity + ".env"), environment(identity));
    var all = variables(CREDENTIALS);
    var own = all.stream().map(name -> "export " + name + "=own").collect(joining("\n"));

    var seen = shell(own + "\n. " + file + "\nprintenv");

    assertThat(seen).contains("KMS_AGENT_KMS_CREDENTIALTYPE=" + type + "\n").doesNotContain("=own");
    assertThat(seen.lines().map(line -> line.split("=", 2)[0]).filter(all::contains).sorted())
        .containsExactlyElementsOf(variables(names));
  }

  private static List<String> variables(String names) {
    return Stream.of(names.split(" ")).map("ALIBABA_CLOUD_"::concat).toList();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NODE")
  void it_leads_no_sdk_to_other_credentials_or_to_the_cloud(Identity identity) throws IOException {
    assertThat(environment(identity))
        .contains(
            "export ALIBABA_CLOUD_CLI_PROFILE_DISABLED='true'\n",
            "export ALIBABA_CLOUD_CREDENTIALS_FILE='/dev/null'\n",
            "export ALIBABA_CLOUD_ECS_METADATA_DISABLED='true'\n",
            "export ALIBABA_CLOUD_STS_REGION='cn-emulated'\n")
        .doesNotContain("aliyuncs.com");
  }

  @Test
  void every_line_is_a_comment_or_can_be_pasted_and_every_file_is_there() throws IOException {
    var lines = environment(Identity.RRSA).lines().toList();

    assertThat(lines).allMatch(line -> line.matches("#.*|export [A-Z_]+='[^']*'|unset [A-Z_ ]+"));
    assertThat(lines)
        .filteredOn(line -> line.contains("'/") && !line.contains("/dev/null"))
        .hasSize(7)
        .allSatisfy(line -> assertThat(Path.of(line.replaceAll(".*='|'", ""))).isNotEmptyFile());
  }

  @Test
  void with_a_shared_port_an_agent_elsewhere_has_tls_and_names_of_the_cloud_are_used()
      throws IOException {
    var reach = new Reach(true, List.of("emulator"));
    var shared = new Listeners(0, 0, 0, false, Optional.of(443));
    var elsewhere = new EmulatedCloud(cloud.emulator(), reach, folder);

    assertThat(new EmulatedEnvironment(elsewhere, shared, Identity.RRSA, true).text())
        .contains(
            "export KMS_ENDPOINT='emulator:" + cloud.emulator().port() + "'\n",
            "export KMS_PROTOCOL='http'\n",
            "export KMS_AGENT_KMS_ENDPOINT='emulator:443'\n",
            "export KMS_AGENT_KMS_PROTOCOL='https'\n",
            "export ALIBABA_CLOUD_STS_REGION='cn-hangzhou'\n");
  }

  @Test
  void where_its_folder_is_not_seen_it_names_no_file_of_it() throws IOException {
    assertThat(new EmulatedEnvironment(cloud, LISTENERS, Identity.KEY, false).text())
        .contains("KMS_ENDPOINT")
        .doesNotContain(folder.toString());
    assertThat(CommandRun.of("emulator", "--listen", "--identity", "rrsa").err())
        .contains("needs --env");
  }

  @Test
  void a_port_that_is_taken_is_named_and_no_file_is_left() {
    var file = folder.resolve("taken.env");
    var port = Integer.toString(cloud.emulator().port());

    var run = CommandRun.of("emulator", "--kms-port", port, "--env", file.toString());

    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.err()).startsWith("127.0.0.1:" + port + ": Address");
    assertThat(file).doesNotExist();
  }

  @Test
  void the_guide_of_dev_names_the_host_that_others_call_and_secrets_as_urls_need_them()
      throws IOException {
    Files.writeString(folder.resolve("token"), "abc");
    var reach = new Reach(true, List.of("laptop", "other"));
    var elsewhere = new EmulatedCloud(cloud.emulator(), reach, folder);

    var dev =
        new DevelopmentCloud(
            elsewhere,
            Identity.KEY,
            false,
            List.of("a+b/c", "d"),
            Optional.of("secretId=d&field=e"));
    assertThat(dev.guide())
        .startsWith("listening on http://laptop:{port}\n")
        .contains("who reaches this machine")
        .contains(
            "printf 'X-KMS-Token: %s\\n' abc | curl -v -H @-"
                + " 'http://laptop:{port}/secretsmanager/get?secretId=a%2Bb/c'")
        .contains("'http://" + elsewhere.endpoint() + "/_emulator/deny?name=a%2Bb/c'")
        .contains("'http://laptop:{port}/secretsmanager/get?secretId=d&field=e'")
        .contains("  export KMS_AGENT_SERVER_HTTPPORT={port} KMS_TOKEN=abc\n")
        .endsWith("There are: a+b/c, d\n");
  }

  @Test
  void with_tls_the_agent_has_a_certificate_and_the_guide_of_dev_names_its_authority()
      throws IOException {
    var dev = new DevelopmentCloud(cloud, Identity.NODE, true, List.of("a"), Optional.empty());

    assertThat(dev.configuration(0))
        .contains(
            "TlsCertificateFile = \"" + folder + "/server.pem\"\n",
            "TlsKeyFile = \"" + folder + "/server.key\"\n",
            "TlsRequired = true\n");
    assertThat(dev.guide())
        .startsWith("listening on https://127.0.0.1:{port}\n")
        .contains("| curl -v --cacert '" + cloud.caFile() + "' -H @- 'https://127.0.0.1:{port}/")
        .contains(
            "KMS_TOKEN=file://" + folder + "/token-of-orders KMS_AGENT_SERVER_TLSCERTIFICATEFILE=",
            " check --config=" + folder + "/config.toml --pod-token " + folder + "/token-of-")
        .doesNotContain("curl -v -H", "'http://127.0.0.1:{port}", "&field=");
  }

  @Test
  void without_secrets_the_guide_of_dev_reads_none() throws IOException {
    assertThat(
            new DevelopmentCloud(cloud, Identity.RRSA, false, List.of(), Optional.empty()).guide())
        .contains("See what STS was asked")
        .doesNotContain("Read a secret", "who reaches this machine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "emulator"})
  void what_is_wrong_with_a_file_of_secrets_is_said_with_its_line(String command)
      throws IOException {
    var file = Files.writeString(folder.resolve(command), "[[secret]]\ntext = \"my own\"\n");

    var run = CommandRun.of(command, "--secrets", file.toString());

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).startsWith(file + ", line 1: ").doesNotContain("my own");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "it's", "a $HOME `id` \"b\" \\ !", "'", ""})
  void a_shell_reads_each_value_as_it_is(String value) throws IOException {
    assertThat(shell("a=" + EmulatedEnvironment.quoted(Path.of(value)) + "; printf %s \"$a\""))
        .isEqualTo(value);
  }
}
