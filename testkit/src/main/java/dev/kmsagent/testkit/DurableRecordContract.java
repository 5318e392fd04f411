package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link DurableRecord} that keeps something does. */
public interface DurableRecordContract {
  /**
   * The record under test, without a name: another object at each call, as after a restart, of the
   * same facts.
   */
  DurableRecord records();

  /** The clock that it goes by. */
  VirtualTime time();

  /** For how long it counts. */
  Duration life();

  private DurableRecord grant() {
    return records().under("grant", "acs:ram::1:role/reader");
  }

  private Optional<Fact> found() {
    return grant().find().toCompletableFuture().join();
  }

  private Optional<Fact> found(String... name) {
    return records().under(name).find().toCompletableFuture().join();
  }

  private static void erase(DurableRecord record) {
    record.erase().toCompletableFuture().join();
  }

  @Test
  default void it_is_found_with_its_date_to_the_end_of_its_life() {
    grant().keep("two\nlines, é");
    var kept = time().instant();
    time().advance(life().minusSeconds(1));
    assertThat(found()).contains(new Fact("two\nlines, é", kept, kept.plus(life())));
    time().advance(Duration.ofSeconds(1));
    assertThat(found()).isEmpty();
  }

  @Test
  default void the_latest_of_a_name_counts_from_its_own_date() {
    grant().keep("first");
    time().advance(life().dividedBy(2));
    grant().keep("second");
    time().advance(life().dividedBy(2));
    assertThat(found()).map(Fact::text).contains("second");
  }

  @Test
  default void one_that_was_erased_is_gone_and_others_stay() {
    grant().keep("");
    records().under("other").keep("");
    erase(grant());
    erase(grant());
    assertThat(found()).isEmpty();
    assertThat(found("other")).isPresent();
  }

  @Test
  default void another_name_finds_nothing_even_if_it_reads_the_same() {
    records().under("ab").under("c").keep("");
    assertThat(found("a", "bc")).isEmpty();
    assertThat(found("abc")).isEmpty();
    assertThat(found("ab", "c", "")).isEmpty();
    assertThat(found("ab", "c")).isPresent();
    erase(records().under("ab", "c"));
    assertThat(found("ab", "c")).isEmpty();
  }
}
