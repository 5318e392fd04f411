package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that promise something are bound to the tests that show it. */
final class TestReferencesTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCS = ROOT.resolve("docs");

  @ParameterizedTest
  @ValueSource(strings = {"internals/security-tests.md", "internals/limits.md"})
  void every_test_that_a_page_names_exists(String page) throws IOException {
    var references = TestReferences.of(DOCS.resolve(page));

    assertThat(references.unknown(TestReferences.sources(ROOT))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"internals/security-tests.md", "internals/limits.md"})
  void every_row_names_a_test(String page) throws IOException {
    var references = TestReferences.of(DOCS.resolve(page));

    assertThat(references.lines()).anyMatch(line -> line.matches("\\|.*\\| tests? \\|"));
    assertThat(references.rowsWithout()).isEmpty();
  }

  @Test
  void every_promise_on_security_has_its_tests() throws IOException {
    var promises = TestReferences.of(DOCS.resolve("security.md")).numbers();

    assertThat(promises).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    assertThat(TestReferences.of(DOCS.resolve("internals/security-tests.md")).numbers())
        .isEqualTo(promises);
  }

  @Test
  void every_promise_on_security_has_a_number() throws IOException {
    assertThat(TestReferences.of(DOCS.resolve("security.md")).withoutNumber()).isEmpty();
  }
}
