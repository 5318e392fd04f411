package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of configurations, and which values are in force: see {@link Case}. */
class CasesTest {
  private static final String MORE = "...";

  static List<Case> cases() throws IOException {
    var cases = new ArrayList<Case>();
    try (var files = Files.newDirectoryStream(TestFiles.path("cases"))) {
      for (Path file : files) {
        cases.addAll(Case.in(Files.readString(file)).toList());
      }
    }
    return cases;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void a_configuration_has_its_problems_or_its_values(Case it) {
    if (it.problems().isEmpty()) {
      assertSettings(it);
    } else {
      assertThat(it.attempt().messages())
          .as(it.title())
          .zipSatisfy(it.problems(), CasesTest::assertProblem);
    }
  }

  private static void assertSettings(Case it) {
    var settings =
        it.attempt().settings().stream()
            .map(
                setting ->
                    "%s = %s, %s"
                        .formatted(
                            setting.path(), setting.shownValue(), setting.origin().describe()))
            .toList();
    for (var expected : it.settings()) {
      assertThat(settings).as(it.title()).anyMatch(setting -> setting.startsWith(expected));
    }
    var config = it.attempt().config().toString();
    it.records().forEach(part -> assertThat(config).as(it.title()).contains(part));
  }

  private static void assertProblem(String message, String expected) {
    if (expected.endsWith(MORE)) {
      assertThat(message).startsWith(expected.substring(0, expected.length() - MORE.length()));
    } else {
      assertThat(message).isEqualTo(expected);
    }
  }
}
