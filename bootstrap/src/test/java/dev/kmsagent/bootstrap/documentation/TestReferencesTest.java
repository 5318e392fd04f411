package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that promise something name the tests that show it. */
final class TestReferencesTest {
  private static final Path ROOT = Path.of("..");

  @ParameterizedTest
  @ValueSource(strings = {"security.md", "limits.md"})
  void every_test_that_a_page_names_exists(String page) throws IOException {
    var references = TestReferences.of(ROOT.resolve("docs").resolve(page));

    assertThat(references.unknown(TestReferences.sources(ROOT))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"security.md", "limits.md"})
  void every_row_names_a_test(String page) throws IOException {
    var references = TestReferences.of(ROOT.resolve("docs").resolve(page));

    assertThat(references.lines()).anyMatch(line -> line.matches("\\|.*\\| tests? \\|"));
    assertThat(references.rowsWithout()).isEmpty();
  }

  @Test
  void a_test_that_does_not_exist_is_found() throws IOException {
    var references =
        new TestReferences(
            List.of(
                "`TestReferencesTest#nothing`",
                "`Nothing#at_all`",
                "`TestReferencesTest#%s`".formatted("a_test_that_does_not_exist_is_found")));

    assertThat(references.unknown(TestReferences.sources(ROOT)))
        .containsExactly("TestReferencesTest#nothing", "Nothing#at_all");
  }

  @Test
  void a_row_without_a_test_is_found() {
    var references =
        new TestReferences(
            List.of(
                "| promise | test |",
                "|---|---|",
                "| one | `A#b` |",
                "| two | |",
                "",
                "| other | table |",
                "|---|---|",
                "| three | |"));

    assertThat(references.rowsWithout()).containsExactly("| two | |");
  }
}
