package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code exec} in its two parts: the program, which prints assignments, and the launcher. */
final class ExecCommandTest {
  private static final String TRICKY = "it's $HOME `id` \"x\" \\n\n\n密 *";

  @Nested
  final class The_program {
    @AutoClose private final FakeAgent agent = new FakeAgent();
    private Map<String, String> environment = agent.environment();

    private CommandRun exec(String... more) {
      var args = Stream.concat(Stream.of("exec"), Stream.of(more)).toArray(String[]::new);
      return CommandRun.in(environment, false, args);
    }

    private void answer(String value) {
      agent.bodies.put("/secretsmanager/get", value);
    }

    @Test
    void prints_an_assignment_for_each_variable_and_tells_of_stale_values() {
      agent.headers.put("Cache-Status", "kms-agent; hit; detail=stale-if-error");
      var run = exec("--env", "A=app/a", "--env", "B=app/b#user", "--", "cmd", "--env", "x");
      assertThat(run.status()).isZero();
      assertThat(run.out()).isEqualTo("export A='hunter2'\nexport B='hunter2'\n");
      assertThat(run.err()).contains("A: the value is stale", "B: the value is stale");
    }

    @Test
    void quotes_what_a_shell_would_read() {
      answer(TRICKY);
      var script = exec("--env", "A=a", "--", "cmd").out() + "printf %s \"$A\"";
      assertThat(SystemCommand.of("sh", "-c", script).run().output()).isEqualTo(TRICKY);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void repeats_what_fails_for_the_moment(int failure) {
      agent.failure = failure;
      agent.failures.set(2);
      assertThat(exec("--env", "A=a", "--", "cmd").out()).isEqualTo("export A='hunter2'\n");
    }

    @ParameterizedTest
    @CsvSource({"503, 0", "403, 30", "404, 30"})
    void prints_nothing_if_one_secret_cannot_be_had(int failure, String wait) {
      agent.failure = failure;
      agent.failures.set(1);
      agent
          .reachedBy(() -> exec("--wait", wait, "--env", "A=a", "--", "cmd"))
          .assertFailed(ExitStatus.FAILED, "A: " + failure + " C: No.");
    }

    @Test
    void waits_for_the_file_of_the_token(@TempDir Path folder) throws IOException {
      var token = folder.resolve("token");
      environment = agent.environment("KMS_TOKEN", "file://" + token);
      assertThat(exec("--wait", "0", "--env", "A=a", "--", "cmd").err())
          .contains("A: KMS_TOKEN: ", "no such file");
      var run = new FutureTask<>(() -> exec("--wait", "900", "--env", "A=a", "--", "cmd"));
      var thread = Thread.ofPlatform().start(run);
      // It pauses after an attempt without the file.
      Patience.assertSoon(() -> thread.getState() == Thread.State.TIMED_WAITING);
      WholeFile.write(token, "t");
      Patience.assertSoon(run::isDone);
      assertThat(run.resultNow().out()).isEqualTo("export A='hunter2'\n");
    }

    /** A file of Linux that root itself may not read. */
    @Test
    void does_not_wait_for_a_token_that_it_may_not_read() {
      environment = agent.environment("KMS_TOKEN", "file:///proc/sys/vm/compact_memory");
      assertThat(exec("--wait", "9000", "--env", "A=a", "--", "cmd").err())
          .contains("A: KMS_TOKEN: ", "permission denied: the user ");
    }

    @Test
    void waits_no_longer_than_its_launcher_lives() {
      agent.failure = 503;
      agent.failures.set(Integer.MAX_VALUE);
      var shell =
          SystemCommand.of("sh", "-c", "\"$@\"; exit 1", "sh", SystemCommand.jdk("java"), "-cp")
              .and(System.getProperty("java.class.path"), Main.class.getName(), "exec")
              .and("--wait", "900", "--env", "A=a", "--", "cmd")
              .with(environment)
              .launch();
      Patience.assertSoon(() -> !agent.requests.isEmpty());
      var program = shell.children().findFirst().orElseThrow();
      shell.destroyForcibly();
      try {
        assertThat(Patience.join(program.onExit())).isEqualTo(program);
      } finally {
        program.destroyForcibly();
      }
    }

    @Test
    void refuses_values_that_no_variable_can_have() {
      answer("a\0b");
      assertThat(exec("--env", "A=app/a", "--", "cmd").err()).contains("app/a: it is binary");
      answer("x");
      agent.headers.put("Content-Type", "application/octet-stream");
      assertThat(exec("--env", "A=app/a", "--", "cmd").out()).isEmpty();
    }

    @Test
    void sets_a_variable_for_each_field_as_field_of_a_request_gives_it() {
      answer("{\"user\":\"it's\\n密\",\"n\":1.10,\"no\":null,\"all\":[1, true],\"empty\":\"\"}");
      var run = exec("--env-from", "app/db", "--", "cmd");
      assertThat(run.out())
          .isEqualTo(
              """
              export user='it'\\''s
              密'
              export n='1.10'
              export all='[1,true]'
              export empty=''
              """);
      assertThat(agent.requests)
          .singleElement()
          .asString()
          .contains("secretId=app%2Fdb", "field=.");
    }

    @Test
    void puts_the_prefix_before_each_field_and_prefers_what_env_names() {
      answer("{\"user\":\"u\",\"0\":\"zero\",\"PATH\":\"p\"}");
      var run = exec("--prefix=DB_", "--env-from", "app/db", "--env", "DB_0=app/db", "--", "cmd");
      assertThat(run.out())
          .endsWith("\nexport DB_user='u'\nexport DB_PATH='p'\n")
          .doesNotContain("zero'\n");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "LD_PRELOAD",
          "PATH",
          "IFS",
          "BASH_ENV",
          "kms_agent_x",
          "JAVA_TOOL_OPTIONS",
          "_JAVA_OPTIONS",
          "NODE_OPTIONS",
          "PYTHONPATH",
          "PERL5OPT",
          "PERLLIB",
          "GCONV_PATH",
          "RUBYOPT",
          "a-b",
          "1a",
          ""
        })
    void refuses_fields_that_would_be_no_variable_or_change_how_programs_start(String field) {
      answer("{\"user\":\"u\",\"" + field + "\":\"hidden\"}");
      var run = exec("--env-from", "app/db", "--", "cmd");
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .startsWith("app/db: " + field + " names no variable")
          .contains("--env NAME=SECRET#FIELD")
          .doesNotContain("hidden");
    }

    @Test
    void takes_the_variable_of_a_loader_from_env_alone() {
      answer("{\"NODE_OPTIONS\":\"x\"}");
      var env = "NODE_OPTIONS=app/node#NODE_OPTIONS";
      assertThat(exec("--env-from", "app/node", "--env", env, "--", "cmd").out())
          .startsWith("export NODE_OPTIONS=");
    }

    @Test
    void refuses_two_fields_for_one_variable_unless_env_chooses() {
      answer("{\"user\":\"hidden\"}");
      var run = exec("--env-from", "app/a", "--env-from", "app/b", "--", "cmd");
      run.assertFailed(ExitStatus.FAILED, "b: user is also a field of another secret", "--env");
      assertThat(run.err()).doesNotContain("hidden");

      var chosen = exec("--env=user=a", "--env-from", "a", "--env-from", "b", "--", "cmd");
      assertThat(chosen.out()).startsWith("export user=").containsOnlyOnce("export");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"hidden", "[\"hidden\"]", "{\"a\":\"hidden\"} x", "{\"a\":\"hidden\\u0000\"}"})
    void refuses_what_has_no_fields_or_one_that_no_variable_can_have(String value) {
      answer(value);
      var run = exec("--env-from", "app/a", "--", "cmd");
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .containsAnyOf("app/a: no JSON object: use --env", "a: no variable can have the value")
          .doesNotContain("hidden");
    }

    @Test
    void shows_no_control_character_of_the_name_of_a_field() {
      answer("{\"\\u001b[2J\":\"\"}");
      assertThat(exec("--env-from", "a", "--", "cmd").err())
          .startsWith("a: ?[2J names no variable");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "--env A=a",
          "--env A=a --",
          "--env A=a cmd --",
          "--env A=a cmd -- cmd",
          "-- cmd",
          "--env 1=a -- c",
          "--env A -- c",
          "--env A= -- c",
          "--env A=a --env A=b -- c",
          "--env RANDOM=a -- c",
          "--env LC_ALL=a -- c",
          "--env PATH=a -- c",
          "--env-from a",
          "--prefix A_ -- c",
          "--prefix A_ --env A=a -- c",
          "--prefix A --prefix B --env-from a -- c"
        })
    void refuses_what_is_no_variable_or_no_command(String line) {
      var run = exec(line.split(" "));
      assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
      assertThat(run.out()).isEmpty();
    }
  }

  /** With a java that prints what the program would. */
  @Nested
  final class The_launcher {
    @TempDir private Path folder;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void set_up() throws IOException {
      var launcher = Files.readString(Path.of("src/main/dist/alibabacloud-kms-agent"));
      SystemCommand.program(folder.resolve("agent"), launcher);
      Files.createDirectories(folder.resolve("runtime"));
      Files.writeString(folder.resolve("runtime/release"), "JAVA_VERSION=\"25.0.1\"\n");
      program("printf \"export A='it'\\\\\\\\''s\\n\\n'\\n\"");
    }

    private void program(String line) {
      SystemCommand.program(folder.resolve("runtime/bin/java"), "#!/bin/sh\n" + line + "\n");
    }

    private SystemCommand.Outcome exec(Object... more) {
      return SystemCommand.of(folder.resolve("agent"), "exec")
          .and(more)
          .in(folder)
          .withPathAlone()
          .with(environment)
          .run();
    }

    @Test
    void becomes_the_command_with_the_variables_and_its_exit_status() {
      var script = "printf %s \"$A\"; printf ' %s' \"$@\"; exit 42";
      var run = exec("--env", "A=a", "--", "sh", "-c", script, "sh", "a b", "--", "*");
      assertThat(run.output()).isEqualTo("it's\n\n a b -- *");
      assertThat(run.status()).isEqualTo(42);
    }

    @Test
    void leaves_the_limits_the_locale_and_the_other_variables_alone() {
      for (var name : List.of("home", "java", "cache", "log", "heap", "word")) {
        environment.put(name, "kept");
      }
      var run = exec("--env", "A=a", "--", "sh", "-c", "ulimit -c; env");
      assertThat(run.lines())
          .startsWith(SystemCommand.of("sh", "-c", "ulimit -c").run().lines().getFirst())
          .contains("home=kept", "java=kept", "cache=kept", "log=kept", "heap=kept", "word=kept")
          .noneMatch(line -> line.startsWith("LC_CTYPE") || line.startsWith("kms_agent"));
    }

    @ParameterizedTest
    @CsvSource({"64m, /nowhere/at/all, 127", "64m, /etc, 126", "64m, -c, 127", "much, true, 125"})
    void ends_as_env_does_where_there_is_no_such_command_and_with_125_by_itself(
        String heap, String command, int status) {
      environment.put("KMS_AGENT_HEAP", heap);
      assertThat(exec("--env", "A=a", "--", command).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo \"export A='x'\"; exit 1", "echo \"touch 'started'\""})
    void starts_nothing_where_the_program_fails_and_evaluates_nothing_but_variables(String java) {
      program(java);
      var run = exec("--env", "A=a", "--", "touch", folder.resolve("started"));
      assertThat(run.status()).isEqualTo(125);
      assertThat(run.output()).isEmpty();
      assertThat(folder.resolve("started")).doesNotExist();
    }

    @Test
    void shows_the_help() {
      program("echo 'Usage: x'; printf ' %s' \"$@\"");
      for (var arguments : List.of(List.of("--help"), List.of("-help", "--", "cmd"))) {
        var run = exec(arguments.toArray());
        assertThat(run.status()).isZero();
        assertThat(run.output()).startsWith("Usage: x").contains("exec -");
      }
    }
  }
}
