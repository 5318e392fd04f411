package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.command.EmulatedCloud.Listeners;
import dev.kmsagent.emulator.seed.SeedFile;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EmulatorSessionTest {
  @TempDir private static Path folder;
  private static EmulatedCloud cloud;

  @BeforeAll
  static void start() throws IOException {
    cloud = EmulatedCloud.complete(SeedFile.demonstration(), folder, Listeners.ANYWHERE);
  }

  @AfterAll
  static void stop() throws IOException {
    cloud.close();
  }

  private static CommandContext context() {
    var none = OutputStream.nullOutputStream();
    return new CommandContext(
        new PrintStream(none), new PrintStream(none), none, false, Map.of(), () -> () -> {});
  }

  private static String environment(boolean isRole) {
    return new EmulatorSession(context(), Listeners.ANYWHERE, isRole, null).environment(cloud);
  }

  private static String shell(String script) {
    return SystemCommand.of("sh", "-euc", script).run().printed();
  }

  @Test
  void with_a_key_it_has_all_credentials() throws IOException {
    assertThat(environment(false))
        .contains(
            "export ALIBABA_CLOUD_ACCESS_KEY_ID='LTAI-emulated'\n",
            "export ALIBABA_CLOUD_ACCESS_KEY_SECRET='known-to-everybody'\n",
            "export ALIBABA_CLOUD_ROLE_ARN='acs:ram::1234567890123456:role/dev-role-for-rrsa'\n",
            "export ALIBABA_CLOUD_OIDC_TOKEN_FILE='" + folder.resolve("oidc-token") + "'\n");
  }

  @Test
  void the_identity_may_be_written_in_any_case() {
    assertThat(EmulatorOptions.isRole("RrSa")).isTrue();
    assertThat(EmulatorOptions.isRole("KEY")).isFalse();
  }

  @Test
  void with_a_role_it_hides_every_key_and_names_the_one_that_is_accepted() throws IOException {
    assertThat(environment(true))
        .contains(
            "export ALIBABA_CLOUD_ACCESS_KEY_ID=''\n",
            "export ALIBABA_CLOUD_ACCESS_KEY_SECRET=''\n",
            "# A key, which SDKs prefer to a role: LTAI-emulated with known-to-everybody.\n",
            "export ALIBABA_CLOUD_OIDC_PROVIDER_ARN='acs:ram::");
  }

  @Test
  void every_line_is_an_assignment_or_a_comment_and_every_file_is_there() throws IOException {
    assertThat(environment(false).lines())
        .allMatch(line -> line.matches("#.*|export [A-Z_]+='[^']*'"));
    assertThat(Files.readString(folder.resolve("ca.pem"))).startsWith("-----BEGIN CERTIFICATE");
    assertThat(folder.resolve("oidc-token")).isNotEmptyFile();
  }

  @Test
  void a_file_that_cannot_be_written_is_named() {
    var file = folder.resolve("missing/emulator.env");

    var run = CommandRun.of("emulator", "--env", file.toString());

    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.err()).contains(folder.resolve("missing").toString());
    assertThat(run.out()).isEmpty();
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
  void only_its_owner_can_read_its_folder_which_is_removed_at_the_end() {
    var folders = new ArrayList<Path>();

    new SeededRun(context(), null)
        .run(
            (seeds, created) -> {
              folders.add(created);
              Files.createDirectory(created.resolve("a"));
              assertThat(Files.getPosixFilePermissions(created))
                  .isEqualTo(PosixFilePermissions.fromString("rwx------"));
              return seeds.size();
            });

    assertThat(folders).singleElement().satisfies(it -> assertThat(it).doesNotExist());
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
    assertThat(shell("a=" + EmulatorSession.quoted(value) + "; printf %s \"$a\"")).isEqualTo(value);
  }
}
