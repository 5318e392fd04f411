package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.Revocation.Subject;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.testkit.Secrets;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The dates are those of calls to KMS, by the store's clock and by the agent's. */
class HighWaterMarksTest {
  private static final EntryKey KEY = SimulatedCache.key(Secrets.current("app/db"));

  private final StoreClock storeClock = new StoreClock(() -> second(0));
  private final HighWaterMarks marks = new HighWaterMarks(1, storeClock, _ -> {});

  private static final SecretName NAME = new SecretName("app/db");

  private static Instant second(int number) {
    return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number);
  }

  @Test
  void a_call_that_began_before_the_last_mark_and_ended_after_it_does_not_lower_it() {
    assertThat(marks.received(KEY, second(2), second(3))).contains(second(3));
    marks.read(KEY, second(1), second(1));
    assertThat(marks.latest(Stream.of(KEY))).contains(second(2));
    assertThat(marks.received(KEY, second(1), second(4))).isEmpty();
    assertThat(marks.received(KEY, second(2), second(9))).contains(second(3));
  }

  @Test
  void a_call_that_began_after_the_last_mark_counts_although_the_clock_of_the_store_was_set_back() {
    marks.read(KEY, second(100), second(1));
    marks.read(KEY, second(2), second(2));
    assertThat(marks.latest(Stream.of(KEY))).contains(second(2));
  }

  @Test
  void what_is_served_again_and_again_is_forgotten_last() {
    marks.received(KEY, second(5), second(5));
    receiveOthers(0, HighWaterMarks.LEAST - 1);
    marks.received(KEY, second(5), second(6));
    receiveOthers(HighWaterMarks.LEAST, HighWaterMarks.LEAST - 1);
    assertThat(marks.received(KEY, second(4), second(9))).isEmpty();
  }

  private void receiveOthers(int first, int count) {
    IntStream.range(first, first + count)
        .mapToObj(i -> SimulatedCache.key(Secrets.current("app/" + i)))
        .forEach(key -> marks.received(key, second(1), second(1)));
  }

  private static Revocation stored(int second) {
    var keys = SimulatedCache.partitions(SimulatedCache.PRINCIPAL).present().orElseThrow();
    var subject = new Subject(keys, NAME, codec -> codec.key(Secrets.current("app/db")));
    return Revocation.stored(subject, second(second), second(second));
  }

  @Test
  void a_revocation_raises_the_mark_and_an_earlier_one_does_not_lower_it() {
    marks.received(KEY, second(2), second(2));
    marks.revoke(stored(5));
    marks.revoke(stored(3));
    assertThat(marks.latest(Stream.of(KEY))).contains(second(5));
    assertThat(marks.revokedAt(KEY)).contains(second(5));
    assertThat(marks.received(KEY, second(5), second(9))).isEmpty();
    assertThat(marks.received(KEY, second(6), second(9))).contains(second(9));
  }
}
