package dev.kmsagent.adapters.cache.shared;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/**
 * Has tests run where a container engine has the image of Redis, or gets it; elsewhere it says what
 * is missing.
 */
final class ContainerEngine implements ExecutionCondition {
  /** Asked once, since it takes a while. */
  private static final class Answer {
    static final ConditionEvaluationResult OF_ENGINE = ask();
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Answer.OF_ENGINE;
  }

  private static ConditionEvaluationResult ask() {
    return DockerClientFactory.instance().isDockerAvailable()
        ? askForImage(DockerClientFactory.instance().client())
        : disabled("no container engine answers at " + place());
  }

  private static String place() {
    var host = System.getenv("DOCKER_HOST");
    return host == null ? "/var/run/docker.sock, and DOCKER_HOST is not set" : host;
  }

  private static ConditionEvaluationResult askForImage(DockerClient engine) {
    try {
      var _ = engine.inspectImageCmd(RedisContainer.IMAGE.asCanonicalNameString()).exec();
      return enabled("the container engine has the image");
    } catch (NotFoundException _) {
      return pullImage(engine);
    }
  }

  private static ConditionEvaluationResult pullImage(DockerClient engine) {
    try {
      var _ =
          engine
              .pullImageCmd(RedisContainer.IMAGE.asCanonicalNameString())
              .start()
              .awaitCompletion();
      return enabled("the container engine got the image");
    } catch (DockerException | DockerClientException refused) {
      return disabled(
          "the container engine does not get %s: %s"
              .formatted(RedisContainer.IMAGE, refused.getMessage()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return disabled("the container engine was not waited for");
    }
  }
}
