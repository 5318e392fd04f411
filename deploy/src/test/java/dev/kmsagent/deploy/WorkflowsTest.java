package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the workflows of GitHub run, and with which rights. */
final class WorkflowsTest {
  private static final Path WORKFLOWS = Clone.root().resolve(".github/workflows");

  private static final Pattern SCRIPT =
      Pattern.compile("(?<=[\\[ ])([.]ci|build|deploy|benchmarks)/[\\w/-]+");

  static List<Path> workflows() {
    return Clone.files(WORKFLOWS, 1, ".yml");
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void each_script_is_there(Path workflow) {
    assertThat(SCRIPT.matcher(Clone.text(workflow)).results())
        .isNotEmpty()
        .map(script -> Clone.root().resolve(script.group()))
        .allMatch(Files::isExecutable);
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

  /** A job that pushes has no script of the clone, and so builds nothing. */
  @ParameterizedTest
  @MethodSource("workflows")
  void a_job_builds_with_the_right_to_read_or_pushes(Path workflow) {
    var document = Yaml.read(workflow).getFirst();

    assertThat(document.get("permissions")).isEqualTo(Map.of("contents", "read"));
    for (var value : Pods.map(document, "jobs").values()) {
      var job = value.toString();
      assertThat(job.contains("=write")).isEqualTo(job.contains("docker/login-action"));
      assertThat(job.contains("=write")).isNotEqualTo(job.contains("actions/checkout"));
    }
  }

  /** Jobs of branches write it. */
  @Test
  void a_release_restores_no_cache() {
    assertThat(WORKFLOWS.resolve("release.yml"))
        .content()
        .contains("cache-binary: false")
        .doesNotContain("cache:", "actions/cache");
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void no_build_finds_credentials_on_the_disk(Path workflow) {
    assertThat(Clone.text(workflow).split("docker/login-action", 2)[0])
        .containsPattern("actions/checkout@\\S+ # \\S+\\s+with:\\s+persist-credentials: false")
        .containsAnyOf("run: .ci/run", "run: deploy/release", "deploy/monitoring/drill");
  }
}
