package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shell script that starts the agent. */
final class LauncherIT {
  private static final SortedMap<String, String> FOR_EVERY_JAVA =
      new TreeMap<>(
          Map.of(
              "JAVA_TOOL_OPTIONS", "-javaagent:absent.jar  -Dx='it\"s'\n-Dy=\\*",
              "JDK_JAVA_OPTIONS", "-XX:Nonsense \"a b\"\n",
              "_JAVA_OPTIONS", "-XX:Nonsense $HOME"));

  @TempDir private Path folder;

  private SystemCommand.Outcome run(
      Path launcher, Map<String, String> environment, Object... args) {
    return SystemCommand.of(launcher).and(args).in(folder).withPathAlone().with(environment).run();
  }

  @Nested
  class The_real_one {
    private final Map<String, String> environment =
        Map.of("JAVA_HOME", System.getProperty("java.home"));

    @Test
    void starts_through_a_symbolic_link_from_any_folder() throws Exception {
      var link = Files.createSymbolicLink(folder.resolve("agent"), Distribution.launcher());

      var run = run(link, environment, "version");
      Files.delete(link);

      assertThat(run.status()).isZero();
      assertThat(run.output()).startsWith("alibabacloud-kms-agent ").doesNotContain("not packaged");
    }

    @Test
    void takes_a_relative_path_in_any_script_where_no_locale_is_set() throws Exception {
      var run = run(Distribution.launcher(), environment, "token", "密钥/令牌");

      assertThat(run.status()).isZero();
      assertThat(run.output()).contains("密钥/令牌");
      assertThat(folder.resolve("密钥/令牌")).isRegularFile();
    }

    static Stream<Path> both() {
      return Stream.of(Distribution.launcher(), Distribution.plainLauncher());
    }

    /** With any of them, Java would not start. */
    @ParameterizedTest
    @MethodSource("both")
    void ignores_the_options_for_every_java_and_names_them(Path launcher) throws Exception {
      Files.writeString(folder.resolve("config.toml"), "KMS.Region = \"cn-hangzhou\"\n");
      for (var variable : FOR_EVERY_JAVA.entrySet()) {
        var shell = new HashMap<>(environment);
        shell.put(variable.getKey(), variable.getValue());

        var version = run(launcher, shell, "version");
        assertThat(version.status()).as(version.errors()).isZero();
        assertThat(version.errors()).isEmpty();
        assertThat(run(launcher, shell, "check", "--offline", "--config=config.toml").errors())
            .startsWith("Ignored: " + variable.getKey() + ". KMS_AGENT_JAVA_OPTS ");
      }
    }

    @ParameterizedTest
    @MethodSource("both")
    void leaves_the_options_for_every_java_to_what_exec_starts(Path launcher) throws Exception {
      var names = FOR_EVERY_JAVA.keySet();
      try (var cloud = TestCloud.start()) {
        var setup =
            cloud
                .setup()
                .withVariable("KMS_AGENT_SERVER_HTTPPORT", String.valueOf(FreePort.next()))
                .withVariable("JAVA_HOME", System.getProperty("java.home"));
        for (var variable : FOR_EVERY_JAVA.entrySet()) {
          setup = setup.withVariable(variable.getKey(), variable.getValue());
        }
        try (var agent = AgentProcess.begin(setup, launcher).listening()) {
          var secret = "SECRET=" + cloud.newSecret("value");
          var object = cloud.newSecret("{\"user\":\"it's\",\"password\":\"a\\n$b\"}");
          var print =
              new ArrayList<>(
                  List.of("exec", "--env", secret, "--env-from", object, "--prefix", "DB_", "--"));
          print.addAll(List.of("printenv", "SECRET", "DB_user", "DB_password"));
          print.addAll(names);
          var run = run(launcher, setup.environment(), print.toArray());
          assertThat(run.printed())
              .isEqualTo(
                  "value\nit's\na\n$b\n" + String.join("\n", FOR_EVERY_JAVA.values()) + "\n");
          assertThat(Patience.see(agent::stderr, lines -> !lines.isEmpty()).getFirst())
              .startsWith("Ignored: " + String.join(" ", names) + ".");
        }
      }
    }
  }

  /** With a java that prints how it was called. */
  @Nested
  class The_java_it_starts {
    private static final String JAVA =
        """
        #!/bin/sh
        echo "$0"
        echo "core $(ulimit -c)"
        printf '%s\\n' "$@"
        """;

    private Path launcher;

    @BeforeEach
    void set_up() throws IOException {
      launcher = folder.resolve("dist/alibabacloud-kms-agent");
      Files.createDirectories(folder.resolve("dist/emulator"));
      SystemCommand.program(launcher, Files.readString(Distribution.launcher()));
      java("dist/runtime", "25.0.1");
    }

    private Path java(String home, String version) throws IOException {
      var java = SystemCommand.program(folder.resolve(home).resolve("bin/java"), JAVA);
      Files.writeString(
          folder.resolve(home).resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
      return java;
    }

    @Test
    void is_the_one_beside_it_whatever_java_and_folders_the_shell_knows() throws Exception {
      java("elsewhere/dist/runtime", "25");
      var elsewhere = folder.resolve("elsewhere").toString();
      var shell = Map.of("JAVA_HOME", elsewhere + "/dist/runtime", "CDPATH", elsewhere);

      var run = run(Path.of("dist/alibabacloud-kms-agent"), shell, "version");

      assertThat(run.lines().getFirst())
          .isEqualTo(folder.resolve("dist/runtime/bin/java").toRealPath().toString());
    }

    @ParameterizedTest
    @CsvSource({
      "2.999, alibabacloud-kms-agent, needs glibc 2.999 or newer; this system has glibc 2.",
      "2.17, ld-linux.so, needs glibc 2.17 or newer; this system has no glibc",
      "2.17, alibabacloud-kms-agent, ''"
    })
    void is_started_on_the_glibc_that_it_needs_or_a_newer_one(
        String needed, String loader, String error) throws Exception {
      var glibc = needed + " " + folder.resolve("dist").resolve(loader) + "\n";
      Files.writeString(folder.resolve("dist/runtime/glibc"), glibc);
      var run = run(launcher, Map.of(), "version");
      assertThat(run.status()).isEqualTo(error.isEmpty() ? 0 : 1);
      assertThat(run.output().contains("Main\nversion")).isEqualTo(error.isEmpty());
      assertThat(run.errors()).contains(error);
    }

    @Test
    void is_not_an_older_one() throws Exception {
      java("dist/runtime", "21.0.9");
      var newer = java("newer", "26");

      var run = run(launcher, Map.of("JAVA_HOME", folder.resolve("newer").toString()), "version");

      assertThat(run.lines().getFirst()).isEqualTo(newer.toString());
    }

    @Test
    void may_not_dump_its_memory() throws Exception {
      assertThat(run(launcher, Map.of(), "agent").lines())
          .contains("core 0", "-XX:+DisableAttachMechanism", "-XX:ErrorFile=/dev/null")
          .doesNotContain("-XX:+HeapDumpOnOutOfMemoryError");
    }

    @Test
    void has_bounded_memory_outside_the_heap_and_ends_when_the_heap_is_full() throws Exception {
      assertThat(run(launcher, Map.of(), "agent").lines())
          .contains("-XX:MaxDirectMemorySize=32m", "-XX:+ExitOnOutOfMemoryError");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "credentials"})
    void writes_warnings_of_the_jvm_to_standard_error_where_a_program_reads_the_output(
        String command) throws Exception {
      assertThat(run(launcher, Map.of(), command, "app/db").lines())
          .contains("-Xlog:all=warning:stderr");
      assertThat(run(launcher, Map.of(), "agent").output()).doesNotContain("-Xlog");
    }

    @Test
    void gets_more_options_after_its_own() throws Exception {
      var options = Map.of("KMS_AGENT_JAVA_OPTS", "-Xmx99m -Dx=*", "KMS_AGENT_HEAP", "77m");

      assertThat(run(launcher, options, "agent", "my config.toml").lines())
          .containsSubsequence("-Xmx77m", "-Xmx99m", "-Dx=*", "agent", "my config.toml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lots", "64 m", "64mb", "-1m", "64x", "64m -Dx"})
    void is_not_started_with_a_heap_that_is_no_size(String heap) throws Exception {
      var run = run(launcher, Map.of("KMS_AGENT_HEAP", heap), "agent");

      assertThat(run.status()).isEqualTo(2);
      assertThat(run.output()).isEmpty();
      assertThat(run.errors()).contains("KMS_AGENT_HEAP", heap);
    }

    @Test
    void maps_the_cache_of_classes_where_it_was_made_unless_an_option_says_otherwise()
        throws Exception {
      Files.createFile(folder.resolve("dist/kms-agent.aot"));
      var options = Map.of("KMS_AGENT_JAVA_OPTS", "-XX:ArchiveRelocationMode=1");

      assertThat(run(launcher, options, "agent").lines())
          .containsSubsequence(
              "-XX:AOTCache=" + folder.resolve("dist/kms-agent.aot").toRealPath(),
              "-XX:ArchiveRelocationMode=0",
              "-XX:ArchiveRelocationMode=1");
      assertThat(run(launcher, Map.of(), "dev").output()).doesNotContain("AOTCache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "emulator"})
    void has_the_emulator_where_it_is_needed_and_is_not_started_where_it_is_left_out(String command)
        throws Exception {
      assertThat(run(launcher, Map.of(), command).output()).contains("dist/emulator/*");
      assertThat(run(launcher, Map.of(), "agent").output()).doesNotContain("emulator");

      Files.delete(folder.resolve("dist/emulator"));
      var run = run(launcher, Map.of(), command);
      assertThat(run.status()).isEqualTo(1);
      assertThat(run.errors()).contains("carries no emulator, which " + command + " needs");
    }
  }
}
