package dev.kmsagent.adapters.cache.shared;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The latest reading and revocation of each secret that this agent has seen: nothing older is taken
 * from the store, whoever wrote it. It remembers more secrets than the cache keeps, up to a bound.
 * Thread-safe.
 */
final class HighWaterMarks {
  /** About two megabytes at most, and only where so many secrets are in use. */
  private static final int BOUND = 10_000;

  private final Cache<SecretQuery, Mark> read = memory();
  private final Cache<SecretQuery, Mark> revoked = memory();
  private final Cache<SecretName, Mark> gone = memory();

  /**
   * The latest of its kind.
   *
   * @param at when KMS was called, as dated in the store: by the wall clock of the agent that did
   * @param known when this agent first knew of it, by this agent's clock
   */
  record Mark(Instant at, Instant known) {
    private Mark orLater(Mark other) {
      return other.at.isAfter(at) ? other : this;
    }
  }

  private static <K> Cache<K, Mark> memory() {
    return Caffeine.newBuilder().maximumSize(BOUND).executor(Runnable::run).build();
  }

  /** Notes a reading; gives the time since when the latest one is known here. */
  Instant read(SecretQuery query, Instant at, Instant known) {
    return raise(read, query, new Mark(at, known)).known();
  }

  /** Notes a revocation; gives the latest that applies to the query. */
  Mark revoked(SecretQuery query, Instant at, Instant known) {
    var mark = raise(revoked, query, new Mark(at, known));
    var whole = gone.getIfPresent(query.name());
    return whole == null ? mark : whole.orLater(mark);
  }

  void gone(SecretName name, Instant at, Instant known) {
    raise(gone, name, new Mark(at, known));
  }

  /** The latest reading of these queries, or {@code now} where that is later. */
  Instant latest(Set<SecretQuery> queries, Instant now) {
    return queries.stream()
        .flatMap(query -> Stream.ofNullable(read.getIfPresent(query)))
        .map(Mark::at)
        .filter(now::isBefore)
        .max(Instant::compareTo)
        .orElse(now);
  }

  /** Whether a reading later than {@code at} is known. */
  boolean isOutdated(SecretQuery query, Instant at) {
    var last = read.getIfPresent(query);
    return last != null && at.isBefore(last.at());
  }

  /** The latest refusal by KMS, as far as is known. */
  Optional<Mark> revocation(SecretQuery query) {
    return Stream.of(
            Optional.ofNullable(revoked.getIfPresent(query)),
            Optional.ofNullable(gone.getIfPresent(query.name())))
        .flatMap(Optional::stream)
        .reduce(Mark::orLater);
  }

  private static <K> Mark raise(Cache<K, Mark> memory, K about, Mark mark) {
    return memory.asMap().merge(about, mark, Mark::orLater);
  }
}
