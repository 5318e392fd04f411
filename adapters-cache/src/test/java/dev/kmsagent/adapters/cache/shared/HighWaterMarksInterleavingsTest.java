package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Interleavings;
import dev.kmsagent.testkit.Secrets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("the classes of the whole program are instrumented")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class HighWaterMarksInterleavingsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Readings of one secret, by seconds. */
  @Param(name = "second", gen = IntGen.class, conf = "1:4")
  public static final class Operations {
    private final HighWaterMarks marks = new HighWaterMarks(1);

    @Operation
    public void read(@Param(name = "second") int second) {
      marks.read(QUERY, at(second), START);
    }

    @Operation
    public Optional<Instant> received(
        @Param(name = "second") int second, @Param(name = "second") int now) {
      return marks.received(QUERY, at(second), at(now));
    }

    @Operation
    public Optional<Instant> latest() {
      return marks.latest(Set.of(QUERY));
    }

    private static Instant at(int second) {
      return START.plusSeconds(second);
    }
  }

  @Test
  void no_mark_is_lost_however_threads_interleave() {
    Interleavings.check(Operations.class);
  }
}
