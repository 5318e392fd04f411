package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The latest reading and revocation of each secret that this agent has seen: nothing older is taken
 * from the store, whoever wrote it. It remembers more secrets than the cache keeps, up to a bound,
 * beyond which it forgets the oldest. Refusals of names of which the agent has no copy, which any
 * client can provoke, have a bound of their own. Thread-safe.
 */
final class HighWaterMarks {
  /** Marks are kept for this many times the copies. */
  private static final int SLACK = 2;

  /** The marks that are kept however few the copies are. */
  static final int LEAST = 1000;

  /** Refusals of names without a copy: they matter only if another agent stored an older entry. */
  static final int GUESSES = 1000;

  private final Marks<SecretQuery> read;
  private final Marks<SecretQuery> revoked;
  private final Marks<SecretName> gone;
  private final Marks<SecretQuery> guessed = new Marks<>(GUESSES);
  private final Marks<SecretName> guessedGone = new Marks<>(GUESSES);

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

  /** The latest mark of each key. It forgets the key that was marked longest ago. Thread-safe. */
  private static final class Marks<K> {
    private final LinkedHashMap<K, Mark> byAge = new LinkedHashMap<>();
    private final int bound;

    Marks(int bound) {
      this.bound = bound;
    }

    synchronized Mark raise(K key, Mark mark) {
      var known = byAge.remove(key);
      var latest = known == null ? mark : known.orLater(mark);
      byAge.put(key, latest);
      if (byAge.size() > bound) {
        byAge.pollFirstEntry();
      }
      return latest;
    }

    synchronized Optional<Mark> find(K key) {
      return Optional.ofNullable(byAge.get(key));
    }
  }

  /**
   * @param copies that this agent keeps at most
   */
  HighWaterMarks(int copies) {
    var bound = Math.max(LEAST, SLACK * copies);
    this.read = new Marks<>(bound);
    this.revoked = new Marks<>(bound);
    this.gone = new Marks<>(bound);
  }

  /** Notes a reading; gives the time since when the latest one is known here. */
  Instant read(SecretQuery query, Instant at, Instant known) {
    return read.raise(query, new Mark(at, known)).known();
  }

  /** Notes a revocation in the store; gives the latest that applies to the query. */
  Mark revoked(SecretQuery query, Mark mark) {
    return gone.find(query.name())
        .filter(whole -> !whole.at().isBefore(mark.at()))
        .orElseGet(() -> revoked.raise(query, mark));
  }

  /** Notes a revocation in the store of a secret as a whole: one for all versions. */
  void revoked(SecretName name, Mark mark) {
    var _ = gone.raise(name, mark);
  }

  /**
   * Notes a refusal by KMS.
   *
   * @param hasCopy whether this agent has a copy of what is refused
   */
  void refused(SecretQuery query, Mark mark, boolean hasCopy) {
    var _ = (hasCopy ? revoked : guessed).raise(query, mark);
  }

  /** Notes a refusal of a secret as a whole. */
  void refused(SecretName name, Mark mark, boolean hasCopy) {
    var _ = (hasCopy ? gone : guessedGone).raise(name, mark);
  }

  /** The latest reading of these queries, or {@code now} where that is later. */
  Instant latest(Set<SecretQuery> queries, Instant now) {
    return queries.stream()
        .flatMap(query -> read.find(query).stream())
        .map(Mark::at)
        .filter(now::isBefore)
        .max(Instant::compareTo)
        .orElse(now);
  }

  /** Whether a reading later than {@code at} is known. */
  boolean isOutdated(SecretQuery query, Instant at) {
    return read.find(query).filter(last -> at.isBefore(last.at())).isPresent();
  }

  /** The latest refusal by KMS, as far as is known. */
  Optional<Mark> revocation(SecretQuery query) {
    var name = query.name();
    return Stream.of(
            revoked.find(query), gone.find(name), guessed.find(query), guessedGone.find(name))
        .flatMap(Optional::stream)
        .reduce(Mark::orLater);
  }
}
