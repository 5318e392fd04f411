package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that promise something name the tests that show it. */
final class TestReferencesTest {
  private static final Path ROOT = Path.of("..");

  @ParameterizedTest
  @ValueSource(strings = {"security.md", "internals/limits.md"})
  void every_test_that_a_page_names_exists(String page) throws IOException {
    var references = TestReferences.of(ROOT.resolve("docs").resolve(page));

    assertThat(references.unknown(TestReferences.sources(ROOT))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"security.md", "internals/limits.md"})
  void every_row_names_a_test(String page) throws IOException {
    var references = TestReferences.of(ROOT.resolve("docs").resolve(page));

    assertThat(references.lines()).anyMatch(line -> line.matches("\\|.*\\| tests? \\|"));
    assertThat(references.rowsWithout()).isEmpty();
  }
}
