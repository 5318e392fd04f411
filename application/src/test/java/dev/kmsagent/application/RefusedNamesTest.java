package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table "Which names a refusal evicts" of decision 17, row by row. */
class RefusedNamesTest {
  private static final Path PAGE =
      Path.of("../docs/internals/decisions/0017-names-of-one-secret.md");
  private static final String HEADING = "## Which names a refusal evicts";

  static Stream<List<String>> rows() throws IOException {
    var page = Files.readString(PAGE);
    var section = page.substring(page.indexOf(HEADING) + HEADING.length());
    return section
        .lines()
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.replace("`", "").split("\\s*\\|\\s*", -1))
        .map(cells -> List.of(cells).subList(1, 5));
  }

  @Test
  void the_table_has_every_kind_of_name_with_a_known_and_an_unknown_account() throws IOException {
    assertThat(rows()).hasSizeGreaterThanOrEqualTo(14);
    assertThat(rows().map(row -> row.get(2)).distinct())
        .containsExactlyInAnyOrder("1111", "unknown");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_refusal_evicts_what_the_table_says(List<String> row) {
    var bench = new Bench();
    if (!row.get(2).equals("unknown")) {
      bench.become("acs:ram::" + row.get(2) + ":role/orders");
    }
    var refused = Secrets.current(row.get(0));
    var cached = Secrets.current(row.get(1));
    bench.source.answer(cached, new Fetched(Secrets.text("db", "v1", "one")));
    Bench.now(bench.ask(cached, ReadMode.CACHED));
    bench.source.answer(refused, Secrets.denied());
    Bench.now(bench.ask(refused, ReadMode.REFRESH_NOW));
    assertThat(bench.cache.find(cached).isEmpty() ? "yes" : "no").isEqualTo(row.getLast());
  }
}
