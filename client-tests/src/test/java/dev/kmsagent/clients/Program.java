package dev.kmsagent.clients;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Programs of other languages; a test is skipped where one is missing. */
final class Program {
  private static final Path NODE_MODULES = Path.of("target", "node", "node_modules");

  private static final String LIBRARIES = System.getProperty("java.class.path");

  private static final String PYTHON = "/usr/bin/python3";

  private Program() {}

  /**
   * Runs a program in the language that its name ends with; what has to be compiled is compiled. It
   * has the libraries of the tests.
   *
   * @param java the version that a program in Java is for, whose class has the name of the file
   */
  static SystemCommand of(Path program, int java) {
    var name = program.getFileName().toString().split("\\.", 2);
    return switch (name[1]) {
      case "sh" -> SystemCommand.of(onPath("sh"), program);
      case "py", "python" -> SystemCommand.of(pythonWithHvac(), program);
      case "js" -> SystemCommand.of(onPath("node"), program).with("NODE_PATH", nodePath());
      case "go" -> SystemCommand.of(built(program, onPath("go"), "build", "-o"));
      case "java" -> SystemCommand.java("-cp", compiled(program, java) + ":" + LIBRARIES, name[0]);
      default -> throw new IllegalArgumentException(program.toString());
    };
  }

  private static Path compiled(Path program, int java) {
    return built(
        program,
        SystemCommand.jdk("javac"),
        "--release",
        java,
        "-Xlint:-options",
        "-cp",
        LIBRARIES,
        "-d");
  }

  /** What {@code go run} starts would outlive it. */
  private static Path built(Path program, Object... compiler) {
    var result = program.resolveSibling(program.getFileName() + ".built");
    var _ = SystemCommand.of(compiler).and(result, program).run().outputOfSuccess();
    return result;
  }

  /** Debian's Python, for which Debian's hvac is. */
  static String pythonWithHvac() {
    return pythonWith("hvac");
  }

  /** Debian's Python, with Debian's package of a module. */
  static String pythonWith(String module) {
    assumeTrue(
        Files.isDirectory(Path.of("/usr/lib/python3/dist-packages", module)),
        "there is no python3-" + module + ", see build/clients");
    return PYTHON;
  }

  static String nodeWithVault() {
    var _ = nodeModules("node-vault");
    return onPath("node");
  }

  /** The folder of Node's modules, with this one. */
  static Path nodeModules(String module) {
    assumeTrue(
        Files.isDirectory(NODE_MODULES.resolve(module)),
        "there is no " + module + ", see build/clients");
    return NODE_MODULES.toAbsolutePath();
  }

  private static String nodePath() {
    return NODE_MODULES.toAbsolutePath().toString();
  }

  /** A program by its name. */
  static String onPath(String name) {
    var program = SystemCommand.find(name);
    assumeTrue(program.isPresent(), "there is no " + name + ", see build/clients");
    return program.orElseThrow().toString();
  }

  /** What a script for a client of Vault prints. */
  static String script(String name, Map<String, String> variables) {
    var program = name.endsWith(".py") ? pythonWithHvac() : nodeWithVault();
    return run(List.of(program, "src/test/resources/dev/kmsagent/clients/" + name), variables);
  }

  /** What it prints; it must succeed. */
  static String run(List<String> command, Map<String, String> variables) {
    return SystemCommand.of(command.toArray())
        .with(variables)
        .with("NODE_PATH", nodePath())
        .run()
        .outputOfSuccess();
  }
}
