package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.Partitions.PartitionKeys;
import dev.kmsagent.adapters.cache.shared.Revocation.Subject;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Notes revocations that KMS gave this agent or that the store has, drops the copies of a secret
 * that the store says is revoked as a whole, and writes to the store what it may lack, for as long
 * as any agent may have a copy. Thread-safe.
 */
final class Revocations {
  /** Until the next attempt on a store that is available all the time, and yet did not take it. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final CircuitBreakingEntryStore store;
  private final HighWaterMarks marks;
  private final LocalCopies copies;
  private final SerialTasks<SecretName> writes;
  private final Duration life;
  private final Means means;
  private final AtomicBoolean isRetryScheduled = new AtomicBoolean();

  /**
   * @param life for how long any agent may have a copy
   */
  Revocations(
      CircuitBreakingEntryStore store,
      HighWaterMarks marks,
      LocalCopies copies,
      SerialTasks<SecretName> writes,
      Duration life,
      Means means) {
    this.store = store;
    this.marks = marks;
    this.copies = copies;
    this.writes = writes;
    this.life = life;
    this.means = means;
  }

  /**
   * KMS refused this agent something. Without a copy here it may be a guessed name, which leaves no
   * trace in a store that does not hold it either.
   *
   * @param latest the last reading that is refused, by the store's clock
   */
  void revoke(Subject subject, Optional<Instant> latest, boolean hasCopy) {
    var condition = hasCopy ? RevokeCondition.ALWAYS : RevokeCondition.IF_STORED;
    var atLeast = latest.orElse(Instant.MIN);
    var revocation = Revocation.due(subject, condition, means.now(), atLeast);
    marks.revoke(revocation);
    writeSoon(revocation);
  }

  /**
   * Notes the revocations that the store has, drops the copies of a secret that is revoked as a
   * whole, and writes again what the store has lost, since it has an entry that is revoked. Gives
   * the latest revocation that is known of the entry, by the store's clock.
   */
  Optional<Instant> note(PartitionKeys keys, EntryKey key, SecretQuery query, Contents contents) {
    var own = latest(contents.own());
    own.ifPresent(at -> received(Subject.of(keys, query), at));
    var whole = latest(contents.whole());
    whole.ifPresent(at -> receivedWhole(Subject.whole(keys, query.name()), at));
    var revokedAt =
        Stream.of(own, whole, marks.revokedAt(key))
            .flatMap(Optional::stream)
            .max(Comparator.naturalOrder());
    if (contents.entries().anyMatch(it -> !it.at().isAfter(revokedAt.orElse(Instant.MIN)))) {
      marks.revocations(key).forEach(this::writeAgain);
    }
    return revokedAt;
  }

  private static Optional<Instant> latest(List<Content> contents) {
    return contents.stream()
        .filter(Content.Tombstone.class::isInstance)
        .map(Content::at)
        .max(Comparator.naturalOrder());
  }

  private void receivedWhole(Subject subject, Instant at) {
    if (received(subject, at)) {
      copies.dropAll(subject.plainName(), subject.key(), store.clock().latestHere(at));
    }
  }

  /**
   * The store has one, perhaps under some of the encryption keys only; then it gets it under all,
   * so that agents with one of them agree. It is known from now on, even if the store loses it.
   * Gives whether it is news.
   */
  private boolean received(Subject subject, Instant at) {
    var isNews = marks.revokedAt(subject.key()).filter(noted -> !noted.isBefore(at)).isEmpty();
    if (isNews) {
      var revocation = Revocation.stored(subject, store.clock().latestHere(at), at);
      marks.revoke(revocation);
      if (subject.keys().all().size() > 1) {
        writeAgain(revocation);
      }
    }
    return isNews;
  }

  private void writeAgain(Revocation revocation) {
    revocation.due().set(true);
    writeSoon(revocation);
  }

  /** After earlier writes of the same secret, unless it is written by then. */
  private void writeSoon(Revocation revocation) {
    var _ =
        writes.add(
            revocation.subject().plainName(),
            () -> revocation.due().getAndSet(false) ? write(revocation) : Stages.DONE);
  }

  /** One after the other: a store that is back has enough to do. */
  private void writeDue() {
    isRetryScheduled.set(false);
    var _ = drain();
  }

  /** Writes what is due, if the store is available; completes at the end of the last attempt. */
  CompletionStage<Void> drain() {
    return store.isAvailable() ? Stages.inOrder(marks.due(), this::writeInTurn) : Stages.DONE;
  }

  private CompletionStage<Void> writeInTurn(Revocation revocation) {
    writeSoon(revocation);
    return writes.ended(revocation.subject().plainName());
  }

  private CompletionStage<Void> write(Revocation revocation) {
    var left = life.minus(Duration.between(revocation.refusedAt(), means.now()));
    if (!left.isPositive()) {
      marks.forget(revocation);
      return Stages.DONE;
    }
    return store.learnTime(revocation.key()).thenCompose(_ -> write(revocation, left));
  }

  private CompletionStage<Void> write(Revocation revocation, Duration left) {
    var at = revocation.dateBy(store.clock());
    if (at.isEmpty()) {
      retryLater(revocation);
      return Stages.DONE;
    }
    return Stages.inOrder(
        revocation.subject().keys().all(), codec -> write(revocation, codec, at.get(), left));
  }

  private CompletionStage<Void> write(
      Revocation revocation, EntryCodec codec, Instant at, Duration left) {
    var key = revocation.subject().keyOf().apply(codec);
    var envelope = codec.seal(key, new Content.Tombstone(at, at.plus(life)));
    return store
        .revoke(key, envelope, left, revocation.condition())
        .thenAccept(result -> written(revocation, at, result));
  }

  /** A name that the store has something of was not guessed: others may have a copy. */
  private void written(Revocation revocation, Instant at, StoreResult<Revoked> result) {
    var revoked = result.answered();
    if (revoked.isEmpty()) {
      retryLater(revocation);
    } else if (revoked.get() == Revoked.STORED
        && revocation.condition() == RevokeCondition.IF_STORED) {
      marks.revoke(Revocation.stored(revocation.subject(), revocation.refusedAt(), at));
    }
  }

  private void retryLater(Revocation revocation) {
    revocation.due().set(true);
    if (revocation.condition() == RevokeCondition.ALWAYS && !isRetryScheduled.getAndSet(true)) {
      var _ = means.timing().scheduler().schedule(PAUSE, this::writeDue);
    }
  }
}
