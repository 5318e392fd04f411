package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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

  @ParameterizedTest
  @MethodSource("workflows")
  void no_job_may_write_what_it_does_not_push(Path workflow) {
    var document = Yaml.read(workflow).getFirst();

    assertThat(document.get("permissions")).isEqualTo(Map.of("contents", "read"));
    for (var job : Pods.map(document, "jobs").values()) {
      var steps = String.valueOf(((Map<?, ?>) job).get("steps"));
      assertThat(job.toString().contains("packages=write"))
          .isEqualTo(steps.contains("docker/login-action"));
    }
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void no_build_finds_credentials_on_the_disk(Path workflow) {
    assertThat(Clone.text(workflow).split("docker/login-action", 2)[0])
        .containsPattern("actions/checkout@\\S+ # \\S+\\s+with:\\s+persist-credentials: false")
        .containsAnyOf("run: .ci/run", "run: deploy/release", "deploy/monitoring/drill");
  }
}
