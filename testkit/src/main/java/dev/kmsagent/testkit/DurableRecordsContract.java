package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.out.DurableRecords;
import dev.kmsagent.domain.port.out.DurableRecords.Fact;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link DurableRecords} that keeps something does. */
public interface DurableRecordsContract {
  List<String> NAME = List.of("grant", "acs:ram::1:role/reader");

  /** The records under test: another object at each call, as after a restart, of the same facts. */
  DurableRecords records();

  /** The clock that they go by. */
  VirtualTime time();

  /** For how long a record counts. */
  Duration life();

  private Optional<Fact> found(String... name) {
    return records().find(List.of(name)).toCompletableFuture().join();
  }

  private void keep(List<String> name, String text) {
    records().keep(name, text);
  }

  @Test
  default void a_record_is_found_with_its_date_to_the_end_of_its_life() {
    keep(NAME, "two\nlines, é");
    var kept = time().instant();
    time().advance(life().minusSeconds(1));
    assertThat(found(NAME.toArray(String[]::new)))
        .contains(new Fact("two\nlines, é", kept, kept.plus(life())));
    time().advance(Duration.ofSeconds(1));
    assertThat(found(NAME.toArray(String[]::new))).isEmpty();
  }

  @Test
  default void the_latest_of_a_name_counts_from_its_own_date() {
    keep(NAME, "first");
    time().advance(life().dividedBy(2));
    keep(NAME, "second");
    time().advance(life().dividedBy(2));
    assertThat(found(NAME.toArray(String[]::new))).map(Fact::text).contains("second");
  }

  @Test
  default void one_that_was_erased_is_gone_and_others_stay() {
    keep(NAME, "");
    keep(List.of("other"), "");
    records().erase(NAME).toCompletableFuture().join();
    records().erase(NAME).toCompletableFuture().join();
    assertThat(found(NAME.toArray(String[]::new))).isEmpty();
    assertThat(found("other")).isPresent();
  }

  @Test
  default void another_name_finds_nothing_even_if_it_reads_the_same() {
    keep(List.of("ab", "c"), "");
    assertThat(found("a", "bc")).isEmpty();
    assertThat(found("abc")).isEmpty();
    assertThat(found("ab", "c", "")).isEmpty();
    assertThat(found("ab", "c")).isPresent();
  }

  @Test
  default void a_prefix_is_the_beginning_of_every_name() {
    var some = records().under("a").under("b", "c");
    some.keep(List.of("d"), "text");
    assertThat(found("a", "b", "c", "d")).isPresent();
    assertThat(some.find(List.of("d")).toCompletableFuture().join()).isPresent();
    some.erase(List.of("d")).toCompletableFuture().join();
    assertThat(found("a", "b", "c", "d")).isEmpty();
  }
}
