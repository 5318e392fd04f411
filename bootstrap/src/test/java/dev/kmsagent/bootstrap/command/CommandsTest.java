package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandsTest {
  private static final String[] COMMANDS = {
    "agent",
    "token",
    "check",
    "get",
    "credentials",
    "status",
    "exec",
    "audit key",
    "audit verify",
    "audit query",
    "dev",
    "emulator",
    "version",
    "help"
  };

  @Test
  void no_command_is_wrong_usage_and_lists_the_commands_as_help_does() {
    var run = CommandRun.of();
    var help = CommandRun.of("help");

    run.assertFailed(ExitStatus.MISUSED, COMMANDS);
    assertThat(help.status()).isEqualTo(ExitStatus.DONE);
    assertThat(help.out()).contains(COMMANDS);
    assertThat(help.out().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void an_unknown_command_is_wrong_usage_and_is_named() {
    CommandRun.of("tokn").assertFailed(ExitStatus.MISUSED, "tokn", "did you mean token?");
  }

  @Test
  void an_unknown_option_is_named_with_one_that_begins_like_it() {
    assertThat(CommandRun.of("dev", "--prot", "1").err().lines())
        .containsExactly(
            "Unrecognized option: --prot (did you mean --port?)",
            "Help: alibabacloud-kms-agent dev --help");
    assertThat(CommandRun.of("dev", "--x").err()).doesNotContain("did you mean");
  }

  @Test
  void an_error_ends_in_a_status_too() {
    var closed =
        new PrintStream(OutputStream.nullOutputStream()) {
          @Override
          public void println(String line) {
            throw new StackOverflowError("planted");
          }
        };
    var told = new ByteArrayOutputStream();
    var around =
        new CommandContext(closed, new PrintStream(told), told, false, Map.of(), () -> () -> {});

    assertThat(Commands.execute(around, "version")).isEqualTo(ExitStatus.FAILED);
    assertThat(told.toString(UTF_8)).contains("a bug in the agent", "StackOverflowError");
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void help_of_a_command_is_had_in_both_ways(String command) {
    var asked = CommandRun.of(("help " + command).split(" "));
    var optional = CommandRun.of((command + " --help").split(" "));

    assertThat(asked.status()).isEqualTo(ExitStatus.DONE);
    assertThat(asked).isEqualTo(optional);
    assertThat(asked.out()).startsWith("Usage: alibabacloud-kms-agent " + command);
    assertThat(asked.out().lines())
        .as("fits a terminal")
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent --hel",
        "agent a\0b",
        "token a\0b",
        "token --keep",
        "token",
        "agent a b",
        "agent --mode 0640",
        "token --mode",
        "get",
        "credentials a b",
        "check --secret=",
        "dev --port x",
        "dev --port 1 --port 2",
        "emulator --kms-port 65536",
        "emulator --identity other",
        "emulator --identity rrsa --listen",
        "emulator --host-name a_b",
        "emulator --issuer https://a",
        "dev --identity uri",
        "emulator --tls=yes",
        "emulator --env=",
        "emulator --env=/",
        "emulator file"
      })
  void what_a_command_does_not_take_is_wrong_usage(String line) {
    var args = line.split(" ");
    var run = CommandRun.of(args);

    run.assertFailed(ExitStatus.MISUSED, "Help: alibabacloud-kms-agent " + args[0] + " --help");
    assertThat(run.err()).doesNotContain("a bug in the agent");
  }

  @Test
  void what_follows_two_dashes_is_no_option() {
    var run = CommandRun.of("agent", "--", "--offline");

    assertThat(run.err()).contains("--offline: the file does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "status", "get a", "credentials a", "exec"})
  void a_command_takes_the_configuration_as_an_option(String command) {
    var run = CommandRun.of((command + " my.toml").split(" "));
    var missing =
        command
            + (command.equals("exec") ? " --env A=a --config my.toml -- c" : " --config=my.toml");

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err())
        .startsWith("Unexpected argument: my.toml; a configuration: --config=my.toml\n");
    assertThat(CommandRun.of(missing.split(" ")).err())
        .contains("my.toml: the file does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "version", "token --version", "version --version"})
  void the_version_is_had_everywhere(String line) {
    var run = CommandRun.of(line.split(" "));

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .startsWith("alibabacloud-kms-agent ")
        .containsPattern("\\(commit ([0-9a-f]{12}|unknown)\\) on Java 25");
  }

  @Test
  void a_process_that_hangs_is_ended_although_standard_error_hangs_too() {
    var classes = System.getProperty("java.class.path");
    var run = SystemCommand.java("-cp", classes, CommandsTest.class.getName()).run();

    assertThat(run.status()).as(run.printed()).isEqualTo(ExitStatus.HUNG);
  }

  /** A process whose standard error takes nothing. */
  public static void main(String[] args) throws IOException {
    var unread = new PrintStream(new PipedOutputStream(new PipedInputStream(1)), true);
    new CommandContext(System.out, unread, unread, false, Map.of(), () -> () -> {})
        .halt("hung", ExitStatus.HUNG);
  }
}
