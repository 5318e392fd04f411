package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.Revocation.Subject;
import dev.kmsagent.adapters.cache.shared.SharedEntries.Contents;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Judges what the store has by what this agent knows: the {@link HighWaterMarks}, which it raises.
 * Dates in the store are by the {@link StoreClock}, those that are given here by the agent's clock.
 * Thread-safe.
 */
record Judge(
    ReceivedEntryPolicy policy,
    HighWaterMarks marks,
    Revocations revocations,
    LocalCopies copies,
    StoreClock storeClock,
    Means means) {
  /** What came of a look-up in the store. */
  sealed interface LookupResult {
    /**
     * An entry, as fresh as this agent's policy allows.
     *
     * @param at when it was read from KMS, by the store's clock
     */
    record Found(CacheEntry entry, EntryKey key, Instant at) implements LookupResult {}

    /** No entry that can be used. */
    record Nothing() implements LookupResult {}

    /** KMS refused it to an agent; what was read up to then must not be served. */
    record Revoked(Instant at) implements LookupResult {}

    /** The store did not answer. */
    record Unanswered() implements LookupResult {}
  }

  /** What this agent may use of it: the latest entry, unless it is revoked. */
  LookupResult judge(PartitionKeys keys, SecretQuery query, Contents contents) {
    if (contents.equals(Contents.UNANSWERED)) {
      return new LookupResult.Unanswered();
    }
    var key = keys.first().key(query);
    var revokedAt = note(keys, query, contents);
    var entries = of(Content.Entry.class, contents.own()).toList();
    if (entries.stream().anyMatch(entry -> isRevoked(entry, revokedAt))) {
      revocations.lost(key);
    }
    var latest = entries.stream().max(Comparator.comparing(Content.Entry::at));
    if (revokedAt.isPresent() && latest.filter(it -> !isRevoked(it, revokedAt)).isEmpty()) {
      publish(query, SharedRead.REVOKED);
      return new LookupResult.Revoked(revocations.latestHere(revokedAt.get()));
    }
    return contents.isComplete() ? judge(query, key, latest) : new LookupResult.Unanswered();
  }

  /** Notes the revocations in the store; gives the latest that is known. */
  private Optional<Instant> note(PartitionKeys keys, SecretQuery query, Contents contents) {
    var name = query.name().plain();
    var own = latestRevocation(contents.own());
    own.ifPresent(
        at -> revocations.received(new Subject(keys, name, codec -> codec.key(query)), at));
    var whole = latestRevocation(contents.whole());
    whole.ifPresent(at -> noteWhole(keys, query, at));
    return Stream.of(own, whole, marks.revokedAt(keys.first().key(query)))
        .flatMap(Optional::stream)
        .max(Comparator.naturalOrder());
  }

  /** It is about the copies of all versions. */
  private void noteWhole(PartitionKeys keys, SecretQuery query, Instant at) {
    var name = query.name();
    var subject = new Subject(keys, name.plain(), codec -> codec.gone(name));
    if (revocations.received(subject, at)) {
      copies.dropAll(name.plain(), subject.key(), revocations.latestHere(at));
    }
  }

  private static Optional<Instant> latestRevocation(List<Content> contents) {
    return of(Content.Revocation.class, contents).map(Content::at).max(Comparator.naturalOrder());
  }

  private static <C extends Content> Stream<C> of(Class<C> type, List<Content> contents) {
    return contents.stream().filter(type::isInstance).map(type::cast);
  }

  private static boolean isRevoked(Content.Entry entry, Optional<Instant> revokedAt) {
    return revokedAt.filter(at -> !entry.at().isAfter(at)).isPresent();
  }

  private LookupResult judge(SecretQuery query, EntryKey key, Optional<Content.Entry> latest) {
    var now = means.now();
    var received = latest.map(entry -> policy.render(entry, storeClock));
    if (received.filter(entry -> entry.freshness(now) != Freshness.EXPIRED).isEmpty()) {
      return unusable(query, SharedRead.ABSENT);
    }
    var at = latest.orElseThrow().at();
    var known = marks.received(key, at, now);
    if (known.isEmpty()) {
      return unusable(query, SharedRead.OUTDATED);
    }
    publish(query, SharedRead.FOUND);
    var entry = policy.freshness().limit(received.orElseThrow(), known.get());
    return new LookupResult.Found(entry, key, at);
  }

  private LookupResult unusable(SecretQuery query, SharedRead reason) {
    publish(query, reason);
    return new LookupResult.Nothing();
  }

  private void publish(SecretQuery query, SharedRead result) {
    means.events().publish(new SharedEntryRead(query, result));
  }

  /** The revocation of what was found, by the agent's clock, if it has become known since. */
  Optional<Instant> revokedSince(LookupResult.Found found) {
    return marks
        .revokedAt(found.key())
        .filter(at -> !found.at().isAfter(at))
        .map(revocations::latestHere);
  }
}
