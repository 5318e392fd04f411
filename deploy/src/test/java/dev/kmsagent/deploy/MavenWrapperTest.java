package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script mvnw: which Maven it runs, on a machine whose mvn does only what is asked of it. */
final class MavenWrapperTest {
  /** The folder of the machine is $1; the scripts of its clone accept an archive with no Maven. */
  private static final String MACHINE =
      """
      mkdir -p "$1/a clone" "$1/bin"
      cp -p --parents mvnw build/jdk build/maven "$1/a clone"
      cd "$1"
      maven=apache-maven-$(sed -n 's/^version=//p' 'a clone/build/maven')
      mkdir -p "$maven/bin"
      printf '#!/bin/sh\\necho "the fetched Maven runs $*"\\n' >"$maven/bin/mvn"
      cat >bin/mvn <<END
      #!/bin/sh
      case \\$* in
        --version) echo "Apache Maven \\$(cat '$1/version') (1edded0938)" ;;
        *:copy*)
          echo fetch >>'$1/fetches'
          for it; do
            case \\$it in -DoutputDirectory=*) cp '$1/archive' "\\${it#*=}/$maven-bin.tar.gz" ;; esac
          done
          ;;
        *) echo "the mvn on PATH runs \\$*" ;;
      esac
      END
      chmod 755 "$maven/bin/mvn" bin/mvn
      tar -czf archive "$maven"
      sum=$(sha512sum <archive)
      sed -i "s/^sha512=.*/sha512=${sum%% *}/" 'a clone/build/maven'
      """;

  @TempDir private Path folder;

  @BeforeEach
  void make_the_machine() throws IOException {
    var make = SystemCommand.of("sh", "-euc", MACHINE, "sh", folder).in(Clone.root());
    var _ = make.run().outputOfSuccess();
    version("3.5.4");
  }

  private void version(String version) throws IOException {
    Files.writeString(folder.resolve("version"), version);
  }

  private SystemCommand.Outcome run() {
    return SystemCommand.of(folder.resolve("a clone/mvnw"), "package")
        .with("JAVA_HOME", System.getProperty("java.home"))
        .with("XDG_CACHE_HOME", folder.resolve("a cache").toString())
        .with("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"))
        .run();
  }

  @ParameterizedTest
  @CsvSource({
    "3.6.3, the mvn on PATH",
    "3.8.7, the mvn on PATH",
    "3.9.16, the mvn on PATH",
    "3.10.0, the mvn on PATH",
    "3.0.5, the fetched Maven",
    "3.5.4, the fetched Maven",
    "3.6.2, the fetched Maven",
    "4.0.0-rc-5, the fetched Maven",
  })
  void a_mvn_that_builds_the_project_is_used_and_in_the_place_of_another_one_is_fetched(
      String version, String maven) throws IOException {
    version(version);

    var run = run();
    assertThat(run.outputOfSuccess())
        .isEqualTo("%s runs -f %s/a clone/pom.xml package\n".formatted(maven, folder));
    var fetched = maven.contains("fetched");
    assertThat(Files.exists(folder.resolve("fetches"))).isEqualTo(fetched);
    assertThat(run.errors().lines())
        .hasSize(fetched ? 1 : 0)
        .allMatch(line -> line.contains("3.6.3 or a later Maven 3"));
  }

  @Test
  void the_enforcer_asks_for_the_same_range() {
    assertThat(Clone.root().resolve("pom.xml"))
        .content()
        .contains("<requireMavenVersion><version>[3.6.3,4)</version></requireMavenVersion>");
  }

  @Test
  void it_is_fetched_once() {
    var _ = run().outputOfSuccess();
    var again = run();
    assertThat(again.outputOfSuccess()).startsWith("the fetched Maven runs");
    assertThat(again.errors()).isEmpty();
    assertThat(folder.resolve("fetches")).content().isEqualTo("fetch\n");
  }

  @Test
  void a_damaged_archive_is_refused() throws IOException {
    Files.writeString(folder.resolve("archive"), "damaged");

    var run = run();
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output()).isEmpty();
    assertThat(run.errors()).contains("is damaged, its SHA-512 is ");
    assertThat(folder.resolve("a cache/kms-agent")).isEmptyDirectory();
  }
}
