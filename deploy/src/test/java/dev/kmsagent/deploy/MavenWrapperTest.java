package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script mvnw: which Maven it runs. */
final class MavenWrapperTest {
  private static final String OLD = "Apache Maven 3.5.4 (1edded0938; 2018-06-17T18:33:14Z)\n";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"3.6.3", "3.8.7", "3.9.16", "3.10.0"})
  void a_mvn_that_builds_the_project_is_used(String version) throws IOException {
    var machine = FakeMachine.withMaven(folder, "Apache Maven " + version + "\n");

    assertThat(machine.mvnw("package").run().outputOfSuccess())
        .isEqualTo("the mvn on PATH runs -f %s/pom.xml package\n".formatted(machine.project()));
    assertThat(machine.fetches()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.0.5", "3.5.4", "3.6.2", "4.0.0-rc-5"})
  void another_fetches_one_that_does(String version) throws IOException {
    var machine = FakeMachine.withMaven(folder, "Apache Maven " + version + "\n");

    var run = machine.mvnw("package").run();
    assertThat(run.outputOfSuccess())
        .isEqualTo("the fetched Maven runs -f %s/pom.xml package\n".formatted(machine.project()));
    assertThat(run.errors()).contains("3.6.3 or a later Maven 3").containsOnlyOnce("\n");
  }

  @Test
  void the_enforcer_asks_for_the_same_range() {
    assertThat(Clone.root().resolve("pom.xml"))
        .content()
        .contains("<requireMavenVersion><version>[3.6.3,4)</version></requireMavenVersion>");
  }

  @Test
  void it_is_fetched_once() throws IOException {
    var machine = FakeMachine.withMaven(folder, OLD);

    var _ = machine.mvnw("package").run().outputOfSuccess();
    var again = machine.mvnw("package").run();
    assertThat(again.outputOfSuccess()).startsWith("the fetched Maven runs");
    assertThat(again.errors()).isEmpty();
    assertThat(machine.fetches()).isEqualTo(1);
  }

  @Test
  void a_damaged_archive_is_refused() throws IOException {
    var machine = FakeMachine.withMaven(folder, OLD);
    Files.writeString(machine.archive(), "damaged");

    var run = machine.mvnw("package").run();
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output()).isEmpty();
    assertThat(run.errors()).contains("is damaged, its SHA-512 is ");
    assertThat(machine.cache()).isEmptyDirectory();
  }
}
