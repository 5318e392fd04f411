package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.domain.event.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The dates, by the store's clock, below which this agent serves nothing, whoever wrote it: for
 * each entry the latest reading or revocation that it knows, and for a secret as a whole the latest
 * revocation. It remembers more than the cache keeps, up to a bound, beyond which it forgets what
 * it used longest ago. Names that neither this agent nor the store has, which any client can have
 * KMS refuse, have a bound of their own. Thread-safe.
 */
final class HighWaterMarks {
  private final SequencedMap<EntryKey, Mark> marks = inOrderOfUse();
  private final SequencedMap<EntryKey, Mark> guesses = inOrderOfUse();
  private final int bound;
  private final int guessBound;
  private final StoreClock storeClock;
  private final AgentEvents events;

  /**
   * A reading or a revocation.
   *
   * @param readAt when KMS was called, by the store's clock
   * @param known since when this agent knows of it, by this agent's clock
   */
  private record Mark(Instant readAt, Instant known, @Nullable Revocation revocation) {
    static Mark of(Revocation revocation) {
      return new Mark(Instant.MIN, revocation.refusedAt(), revocation);
    }

    /** Empty while the store's clock is not known. */
    Optional<Instant> dateBy(StoreClock storeClock) {
      return revocation == null ? Optional.of(readAt) : revocation.dateBy(storeClock);
    }
  }

  private static SequencedMap<EntryKey, Mark> inOrderOfUse() {
    return new LinkedHashMap<>(16, 0.75f, true);
  }

  /**
   * @param bound of readings and revocations
   * @param guessBound of the revocations of names without a copy
   */
  HighWaterMarks(int bound, int guessBound, StoreClock storeClock, AgentEvents events) {
    this.bound = bound;
    this.guessBound = guessBound;
    this.storeClock = storeClock;
    this.events = events;
  }

  /**
   * Notes what this agent has read from KMS by a call that began at {@code calledAt}, by this
   * agent's clock. It counts even if the store's clock was set back since the last mark, but a call
   * that began before the last mark was made, and ended after it, lowers no mark.
   */
  synchronized void read(EntryKey key, Instant at, Instant calledAt) {
    var noted = marks.get(key);
    if (noted == null || noted.known().isBefore(calledAt) || isEarlier(noted, at)) {
      put(key, new Mark(at, calledAt, null));
    }
  }

  private boolean isEarlier(Mark mark, Instant at) {
    return mark.dateBy(storeClock).filter(noted -> !noted.isBefore(at)).isEmpty();
  }

  /**
   * Notes what another agent has read; gives the time since when it is known here. Empty if a later
   * reading is known.
   */
  synchronized Optional<Instant> received(EntryKey key, Instant at, Instant now) {
    var noted = marks.get(key);
    if (noted == null || isEarlier(noted, at)) {
      put(key, new Mark(at, now, null));
      return Optional.of(now);
    }
    return noted.revocation() == null && noted.readAt().equals(at)
        ? Optional.of(noted.known())
        : Optional.empty();
  }

  /** Notes a revocation. */
  synchronized void revoke(Revocation revocation) {
    var key = revocation.key();
    if (revocation.condition() == RevokeCondition.IF_STORED) {
      guesses.put(key, Mark.of(revocation));
      if (guesses.size() > guessBound) {
        guesses.pollFirstEntry();
      }
    } else {
      guesses.remove(key);
      if (!isLater(marks.get(key), revocation)) {
        put(key, Mark.of(revocation));
      }
    }
  }

  private boolean isLater(@Nullable Mark mark, Revocation revocation) {
    var at = revocation.dateBy(storeClock);
    return mark != null
        && at.isPresent()
        && mark.dateBy(storeClock).filter(at.get()::isBefore).isPresent();
  }

  private void put(EntryKey key, Mark mark) {
    marks.put(key, mark);
    if (marks.size() > bound) {
      var forgotten = marks.pollFirstEntry().getValue().revocation();
      if (forgotten != null && forgotten.due().get()) {
        events.publish(new RevocationDropped(forgotten.subject().plainName()));
      }
    }
  }

  /** Forgets a revocation, if it is still the mark of its key. */
  synchronized void forget(Revocation revocation) {
    var mark = Mark.of(revocation);
    marks.remove(revocation.key(), mark);
    guesses.remove(revocation.key(), mark);
  }

  /** The latest of the marks of these keys, by the store's clock. */
  synchronized Optional<Instant> latest(Stream<EntryKey> keys) {
    return latestOf(keys.flatMap(this::marksOf));
  }

  /** The latest revocation of what is under a key, by the store's clock. */
  synchronized Optional<Instant> revokedAt(EntryKey key) {
    return latestOf(both(key).filter(mark -> mark.revocation() != null));
  }

  private Optional<Instant> latestOf(Stream<Mark> some) {
    return some.flatMap(mark -> mark.dateBy(storeClock).stream()).max(Comparator.naturalOrder());
  }

  /** The revocations that apply to what is under a key. */
  synchronized List<Revocation> revocations(EntryKey key) {
    return both(key).flatMap(mark -> Stream.ofNullable(mark.revocation())).toList();
  }

  /** The marks of a key, and of the secret as a whole. */
  private Stream<Mark> both(EntryKey key) {
    return Stream.of(key, key.gone()).distinct().flatMap(this::marksOf);
  }

  private Stream<Mark> marksOf(EntryKey key) {
    return Stream.of(marks, guesses).flatMap(all -> Stream.ofNullable(all.get(key)));
  }

  /** The revocations that the store may lack. */
  synchronized List<Revocation> due() {
    return Stream.of(marks, guesses)
        .flatMap(all -> all.values().stream())
        .flatMap(mark -> Stream.ofNullable(mark.revocation()))
        .filter(it -> it.due().get())
        .toList();
  }
}
