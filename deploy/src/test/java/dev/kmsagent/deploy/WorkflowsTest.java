package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the workflows of GitHub run, and with which rights. */
final class WorkflowsTest {
  private static final Path WORKFLOWS = Clone.root().resolve(".github/workflows");

  static List<Path> workflows() throws IOException {
    try (var files = Files.list(WORKFLOWS)) {
      return files.toList();
    }
  }

  /** A tag can be moved to other code. The version is for people, and for Dependabot. */
  @ParameterizedTest
  @MethodSource("workflows")
  void each_action_is_a_commit_with_its_version(Path workflow) throws IOException {
    assertThat(Files.readAllLines(workflow))
        .filteredOn(line -> line.contains("uses:"))
        .isNotEmpty()
        .allMatch(line -> line.matches(".*uses: [\\w/-]+@[0-9a-f]{40} # v\\d+[.]\\d+[.]\\d+"));
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void no_job_may_write_what_it_does_not_push(Path workflow) {
    var document = Yaml.read(workflow).getFirst();

    assertThat(document.get("permissions")).isEqualTo(Map.of("contents", "read"));
    Pods.map(document, "jobs")
        .forEach((_, job) -> assertThat(mayWrite(job)).isEqualTo(pushes(job)));
  }

  private static boolean mayWrite(Object job) {
    return String.valueOf(((Map<?, ?>) job).get("permissions")).contains("packages=write");
  }

  private static boolean pushes(Object job) {
    return String.valueOf(((Map<?, ?>) job).get("steps")).contains("docker/login-action");
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void no_build_finds_credentials_on_the_disk(Path workflow) throws IOException {
    var text = Files.readString(workflow);
    var beforeLogin = text.split("docker/login-action", 2)[0];

    assertThat(beforeLogin)
        .containsPattern("actions/checkout@\\S+ # \\S+\\s+with:\\s+persist-credentials: false")
        .containsAnyOf("run: .ci/run", "run: deploy/release", "deploy/monitoring/drill");
  }

  @Test
  void both_bases_of_a_released_image_have_a_digest() {
    assertThat(WORKFLOWS.resolve("release.yml"))
        .content()
        .contains("\"BASE=$base\" \"BUILD_BASE=$base\" >>\"$GITHUB_ENV\"");
  }
}
