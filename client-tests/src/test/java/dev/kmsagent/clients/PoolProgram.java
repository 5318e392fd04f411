package dev.kmsagent.clients;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A program of the page on passwords, compiled for a database: a class with the static method
 * {@code dataSource}.
 */
record PoolProgram(String name, String path, Map<String, String> variables) {
  private static final Path HIKARI_FOR_JAVA_8 =
      Path.of("target", "hikaricp-for-java-8", "HikariCP.jar");

  /** For an agent at this port. */
  static PoolProgram of(String file, TestDatabase database, Path folder, int agentPort)
      throws IOException {
    var path = System.getProperty("java.class.path");
    var classes = folder.resolve(file + ".classes");
    var program = Snippet.ofFile("passwords/" + file);
    var source = database.adapt(program).writeTo(folder, file, agentPort);
    var _ =
        SystemCommand.of(SystemCommand.jdk("javac"), "-d", classes, "-cp", path, source)
            .run()
            .outputOfSuccess();
    var variables =
        Map.of(
            "KMS_URL", "http://127.0.0.1:" + agentPort,
            "KMS_TOKEN", "file://" + folder.resolve("kmstoken/token"));
    return new PoolProgram(file.replace(".java", ""), classes + ":" + path, variables);
  }

  PoolProgram withHikariForJava8(boolean wanted) {
    var first = wanted ? HIKARI_FOR_JAVA_8.toAbsolutePath() + ":" : "";
    return new PoolProgram(name, first + path, variables);
  }

  /** A command that gives it to the main method of a class. */
  SystemCommand command(Class<?> main, Object... more) {
    return SystemCommand.java("-cp", path, main.getName(), name).and(more).with(variables);
  }
}
