package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * The latest reading of each secret that this agent has seen: nothing older is taken from the
 * store, whoever wrote it. It remembers more secrets than the cache keeps, up to a bound, beyond
 * which it forgets the one that was marked longest ago. Thread-safe.
 */
final class HighWaterMarks {
  /** Marks are kept for this many times the copies. */
  private static final int SLACK = 2;

  /** The marks that are kept however few the copies are. */
  static final int LEAST = 1000;

  private final LinkedHashMap<SecretQuery, Mark> byAge = new LinkedHashMap<>();
  private final int bound;

  /**
   * A reading.
   *
   * @param at when KMS was called, by the store's clock
   * @param known when this agent first knew of it, or called KMS for it, by this agent's clock
   */
  private record Mark(Instant at, Instant known) {}

  /**
   * @param copies that this agent keeps at most
   */
  HighWaterMarks(int copies) {
    this.bound = Math.max(LEAST, SLACK * copies);
  }

  /**
   * Notes what this agent has read from KMS by a call that began at {@code calledAt}, by this
   * agent's clock. It counts even if the store's clock was set back since the last mark, but a call
   * that began before the last mark was made, and ended after it, lowers no mark.
   */
  synchronized void read(SecretQuery query, Instant at, Instant calledAt) {
    var noted = byAge.get(query);
    if (noted == null || noted.at().isBefore(at) || noted.known().isBefore(calledAt)) {
      put(query, new Mark(at, calledAt));
    }
  }

  /**
   * Notes what another agent has read; gives the time since when it is known here. Empty if a later
   * reading is known.
   */
  synchronized Optional<Instant> received(SecretQuery query, Instant at, Instant now) {
    var known = byAge.get(query);
    if (known != null && at.isBefore(known.at())) {
      return Optional.empty();
    }
    var mark = known != null && at.equals(known.at()) ? known : new Mark(at, now);
    put(query, mark);
    return Optional.of(mark.known());
  }

  private void put(SecretQuery query, Mark mark) {
    byAge.putLast(query, mark);
    if (byAge.size() > bound) {
      byAge.pollFirstEntry();
    }
  }

  /** The latest of the readings of these queries, by the store's clock. */
  synchronized Optional<Instant> latest(Set<SecretQuery> queries) {
    return queries.stream()
        .flatMap(query -> Optional.ofNullable(byAge.get(query)).stream())
        .map(Mark::at)
        .max(Instant::compareTo);
  }
}
