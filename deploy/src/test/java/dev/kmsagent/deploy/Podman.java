package dev.kmsagent.deploy;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import dev.kmsagent.testkit.SystemCommand;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Podman, which builds images and plays manifests; tests run where it is there with the image of
 * Debian, or gets it, and elsewhere it is said what is missing.
 */
final class Podman implements ExecutionCondition {
  static final String DEBIAN = "docker.io/library/debian:13-slim";

  /** What has to work. Where a container runs, a command within a build may still not. */
  private static final List<String> TRIALS =
      List.of(
          "podman image exists $0 || podman pull --quiet $0",
          "podman run --rm --network none $0 true",
          "printf 'FROM %s\\nRUN true\\n' $0 | podman build --no-cache $1 --tag $2 -");

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
      return disabled("root alone reaches the network of a pod, as the kubelet does");
    }
    for (var trial : TRIALS) {
      var image = "localhost/kms-agent-test:trial";
      var tried = SystemCommand.of("sh", "-c", trial, DEBIAN, Images.OPTIONS, image).run();
      if (tried.status() != 0) {
        return disabled("this fails: " + trial + ": " + lastLine(tried.errors()));
      }
    }
    return enabled("podman runs containers and builds images");
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
