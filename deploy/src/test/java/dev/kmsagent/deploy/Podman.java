package dev.kmsagent.deploy;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Podman, which builds images and plays manifests; tests run where it is there with the image of
 * Debian, or gets it, and elsewhere it is said what is missing.
 */
final class Podman implements ExecutionCondition {
  static final String DEBIAN = "docker.io/library/debian:13-slim";

  private static final String TRIAL = "localhost/kms-agent-test:trial";

  /** Asked once, since it takes a while. */
  private static final class Answer {
    static final ConditionEvaluationResult OF_PODMAN = ask();
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Answer.OF_PODMAN;
  }

  private static ConditionEvaluationResult ask() {
    if (!SystemCommand.isThere("podman")) {
      return disabled("there is no podman, which plays manifests of Kubernetes");
    }
    if (!"root".equals(System.getProperty("user.name"))) {
      return disabled("root alone gives volumes to the group of a pod, as the kubelet does");
    }
    if (command("image", "exists", DEBIAN).run().status() != 0) {
      var pull = command("pull", "--quiet", DEBIAN).run();
      if (pull.status() != 0) {
        return disabled("podman does not get " + DEBIAN + ": " + lastLine(pull.errors()));
      }
    }
    var trial = command("run", "--rm", "--network", "none", DEBIAN, "true").run();
    if (trial.status() != 0) {
      return disabled("podman runs no container: " + lastLine(trial.errors()));
    }
    var image = tryToBuild();
    return image.status() == 0
        ? enabled("podman runs containers and builds images")
        : disabled("podman builds no image: " + lastLine(image.errors()));
  }

  /** Where a container runs, a command within a build may still not. */
  private static SystemCommand.Outcome tryToBuild() {
    try {
      var folder = Files.createTempDirectory("kms-agent-trial");
      var file = folder.resolve("Dockerfile");
      Files.writeString(file, "FROM " + DEBIAN + "\nRUN true\n");
      try {
        return command("build", "--no-cache", "--tag", TRIAL)
            .and((Object[]) Images.OPTIONS.split(" "))
            .and(folder.toString())
            .run();
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce("", (_, last) -> last);
  }

  static SystemCommand command(Object... words) {
    return SystemCommand.of("podman").and(words);
  }

  /** Runs a command that must succeed, and gives what it printed, without the last newline. */
  static String run(Object... words) {
    return command(words).run().outputOfSuccess().stripTrailing();
  }

  /** One value of a container, an image or a pod, as a template of Go. */
  static String inspect(String thing, String template) {
    return run("inspect", "--format", "{{" + template + "}}", thing);
  }
}
