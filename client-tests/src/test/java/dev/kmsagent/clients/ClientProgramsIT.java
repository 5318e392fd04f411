package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.SystemCommand.Outcome;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The programs of the page that need no library read a secret, and do what the page says with each
 * answer.
 */
@Execution(ExecutionMode.SAME_THREAD)
final class ClientProgramsIT {
  @TempDir private Path folder;

  /** A program of the page; {@code read} is how it reads a secret, and {@code anew} how at once. */
  enum Language {
    CURL("curl", "sh", "snippet.sh", "field=password", "field=password&refreshNow=true"),
    JAVA(
        "Java 8 and later",
        "java",
        "KmsAgent.java",
        "read(\"app\", \"password\", false)",
        "read(\"app\", \"password\", true)"),
    PYTHON(
        "Python",
        "python",
        "snippet.py",
        "read(\"app\", \"password\")",
        "read(\"app\", \"password\", True)"),
    NODE("Node", "js", "snippet.js", "read('app', 'password')", "read('app', 'password', true)"),
    GO(
        "Go",
        "go",
        "snippet.go",
        "read(\"app\", \"password\", false)",
        "read(\"app\", \"password\", true)");

    private final String heading;
    private final String block;
    private final String file;
    private final String read;
    private final String anew;

    Language(String heading, String block, String file, String read, String anew) {
      this.heading = heading;
      this.block = block;
      this.file = file;
      this.read = read;
      this.anew = anew;
    }

    private Snippet reading() throws Exception {
      return Snippet.ofPage(heading, block);
    }

    private Snippet readingAnew() throws Exception {
      return reading().with(read, anew);
    }

    private SystemCommand command(Path program) {
      return switch (this) {
        case CURL -> SystemCommand.of(Program.onPath("sh"), program);
        case JAVA -> SystemCommand.java("-cp", compiled(program), "KmsAgent");
        case PYTHON -> SystemCommand.of(Program.onPath("python3"), program);
        case NODE -> SystemCommand.of(Program.onPath("node"), program);
        case GO -> SystemCommand.of(Program.onPath("go"), "run", program);
      };
    }

    private static Path compiled(Path program) {
      var classes = program.resolveSibling("classes");
      var _ =
          SystemCommand.of(SystemCommand.jdk("javac"), "--release", 8, "-Xlint:-options")
              .and("-d", classes, program)
              .run()
              .outputOfSuccess();
      return classes;
    }
  }

  private Outcome run(Language language, Snippet program, int port) throws Exception {
    return language.command(program.writeTo(folder, language.file, port)).run();
  }

  @ParameterizedTest
  @EnumSource
  void a_program_gets_the_password(Language language) throws Exception {
    var port = StartedAgent.shared("kms").port();

    assertThat(run(language, language.reading(), port).outputOfSuccess().strip())
        .isEqualTo("second");
    assertThat(run(language, language.readingAnew(), port).outputOfSuccess().strip())
        .isEqualTo("second");
  }

  @ParameterizedTest
  @EnumSource
  void a_program_repeats_what_may_succeed_and_takes_a_stale_value(Language language)
      throws Exception {
    try (var agent = new ScriptedAgent(503, 429, 502, 504, 200)) {
      var outcome = run(language, language.readingAnew(), agent.port());

      assertThat(outcome.outputOfSuccess().strip()).isEqualTo("the password");
      var request = StartedAgent.TOKEN + " field=password refreshNow=true secretId=app";
      assertThat(agent.requests()).isEqualTo(Collections.nCopies(5, request));
      assertThat(language == Language.CURL || outcome.errors().contains("stale")).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_program_does_not_repeat_what_is_refused(Language language) throws Exception {
    try (var agent = new ScriptedAgent(403)) {
      var outcome = run(language, language.reading(), agent.port());

      assertThat(outcome.status()).isNotZero();
      assertThat(outcome.errors()).contains("403");
      assertThat(agent.requests()).hasSize(1);
    }
  }
}
