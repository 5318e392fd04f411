package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page of the fault matrix; tests measure its tables. */
final class OutagesPage {
  /** Set it to have the tables written anew. */
  private static final String WRITE = "outages.write";

  private static final Path FILE = Path.of("..", "docs", "outages-matrix.md");

  private OutagesPage() {}

  /** Checks that a section of the page shows these cells, by fault; or makes it so. */
  static synchronized void verify(
      Class<?> tests, String section, Map<String, Map<State, Cell>> cells) throws IOException {
    var begin = "<!-- measured: " + section + " -->\n";
    var page = Files.readString(FILE);
    assertThat(page).as("the sections of %s", FILE).contains(begin);
    var from = page.indexOf(begin) + begin.length();
    var to = page.indexOf("<!-- end -->", from);
    var table = table(cells);
    if (System.getProperty(WRITE) != null) {
      Files.writeString(FILE, page.substring(0, from) + table + page.substring(to));
    } else {
      assertThat(page.substring(from, to)).as(advice(tests)).isEqualTo(table);
    }
  }

  private static String advice(Class<?> tests) {
    return "%s shows what was measured; to write it anew: ./mvnw test -pl bootstrap -am -Dtest=%s"
            .formatted(FILE.toAbsolutePath().normalize(), tests.getSimpleName())
        + " -Dsurefire.failIfNoSpecifiedTests=false -D"
        + WRITE;
  }

  private static String table(Map<String, Map<State, Cell>> cells) {
    var headings = Arrays.stream(State.values()).map(State::heading);
    var head = line(Stream.concat(Stream.of("what happens"), headings));
    var rule = "|---".repeat(State.values().length + 1) + "|\n";
    return rows(cells).entrySet().stream()
        .map(row -> line(Stream.concat(Stream.of(row.getValue()), texts(row.getKey()))))
        .collect(Collectors.joining("", head + rule, ""));
  }

  /** Faults with the same cells share a row. */
  private static Map<Map<State, Cell>, String> rows(Map<String, Map<State, Cell>> cells) {
    return cells.entrySet().stream()
        .collect(
            Collectors.groupingBy(
                Map.Entry::getValue,
                LinkedHashMap::new,
                Collectors.mapping(Map.Entry::getKey, Collectors.joining("<br>"))));
  }

  /** In the order of the states; a state that was not measured has no place here. */
  private static Stream<String> texts(Map<State, Cell> cells) {
    assertThat(cells).containsOnlyKeys(State.values());
    return Arrays.stream(State.values()).map(state -> String.valueOf(cells.get(state)));
  }

  private static String line(Stream<String> texts) {
    return texts.collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
