package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Programs of other languages; a test is skipped where one is missing. */
final class Program {
  private static final Path NODE_MODULES = Path.of("target", "node", "node_modules");

  private static final String PYTHON = "/usr/bin/python3";

  private Program() {}

  /** Debian's Python, for which Debian's hvac is. */
  static String pythonWithHvac() {
    assumeTrue(
        Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/hvac")),
        "there is no python3-hvac, see build/clients");
    return PYTHON;
  }

  static String nodeWithVault() {
    assumeTrue(
        Files.isDirectory(NODE_MODULES.resolve("node-vault")),
        "there is no node-vault, see build/clients");
    return onPath("node");
  }

  /** A program by its name. */
  static String onPath(String name) {
    var folders = System.getenv("PATH").split(":", -1);
    var found = Stream.of(folders).map(it -> Path.of(it, name)).filter(Files::isExecutable);
    var program = found.findFirst();
    assumeTrue(program.isPresent(), "there is no " + name + ", see build/clients");
    return program.orElseThrow().toString();
  }

  /** What it prints; it must succeed. */
  static String run(List<String> command, Map<String, String> variables)
      throws IOException, InterruptedException {
    var errors = Files.createTempFile("client", ".err");
    try {
      var builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().putAll(variables);
      builder.environment().put("NODE_PATH", NODE_MODULES.toAbsolutePath().toString());
      var process = builder.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
      return output;
    } finally {
      Files.delete(errors);
    }
  }
}
