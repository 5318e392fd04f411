package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.KnownRevocations.Revocation;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The refusals by KMS that this agent knows of, its own and those in the store. It writes a
 * tombstone of each to the store, and writes it again when the store may have lost it, for as long
 * as any agent may have a copy. It remembers a bounded number; when it forgets one that the store
 * has not taken, it says so: agents that have a copy then serve it until it lapses and KMS refuses
 * it to them too. Thread-safe.
 */
final class Revocations {
  /** The revocations that are remembered however few the copies are. */
  static final int LEAST = 1000;

  /** Refusals of names without a copy: any client can have any name refused. */
  static final int GUESSES = 1000;

  /** Until the next attempt on a store that is available all the time, and yet did not take it. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final int ATTEMPTS = 16;

  private final EntryStore store;
  private final StoreClock storeClock;
  private final LocalCopies copies;
  private final SerialTasks<SecretName> writes;
  private final ConcurrentTasks attempts;
  private final InstantSource clock;
  private final Scheduler scheduler;
  private final AgentEvents events;
  private final Duration life;
  private final KnownRevocations known;
  private final KnownRevocations guessed = new KnownRevocations(GUESSES);
  private final AtomicBoolean isRetryDue = new AtomicBoolean();

  /**
   * What bounds the tombstones.
   *
   * @param life for how long any agent may have a copy
   * @param most copies that this agent keeps
   */
  record Bounds(Duration life, int most) {}

  Revocations(
      EntryStore store,
      StoreClock storeClock,
      LocalCopies copies,
      SerialTasks<SecretName> writes,
      Bounds bounds,
      Means means) {
    this.store = store;
    this.storeClock = storeClock;
    this.copies = copies;
    this.writes = writes;
    this.attempts = new ConcurrentTasks(ATTEMPTS, means.executor());
    this.clock = means.clocks().agent();
    this.scheduler = means.scheduler();
    this.events = means.events();
    this.life = bounds.life();
    this.known = new KnownRevocations(Math.max(LEAST, bounds.most()));
    store.onAvailabilityChange(this::writeAll);
  }

  /**
   * KMS refused what is under a key. Without a copy here it may be a guessed name, which leaves no
   * trace in a store that does not hold it either.
   *
   * @param latest the last reading that is refused, by the store's clock
   */
  void refused(
      EntryCodec codec,
      EntryKey key,
      SecretName plainName,
      Optional<Instant> latest,
      boolean hasCopy) {
    var condition = hasCopy ? RevokeCondition.ALWAYS : RevokeCondition.IF_STORED;
    var atLeast = latest.orElse(Instant.MIN);
    var revocation = new Revocation(codec, key, plainName, condition, clock.instant(), atLeast);
    note(revocation);
    if (revocation.beginWaiting()) {
      writes.add(plainName, () -> write(revocation));
    }
  }

  /**
   * The store has a tombstone: it is known from now on, even if the store loses it. That of a
   * secret as a whole is about the copies of all its versions.
   */
  void received(EntryCodec codec, EntryKey key, SecretName plainName, Instant at) {
    if (isNews(key, at)) {
      note(Revocation.stored(codec, key, plainName, latestHere(at), at));
      if (key.field().equals(EntryKey.GONE)) {
        copies.dropAll(key.hash(), latestHere(at));
      }
    }
  }

  /**
   * The store has a tombstone under another encryption key: it gets one under this key as well, of
   * the same date, so that agents with both keys agree.
   */
  void copied(EntryCodec codec, EntryKey key, SecretName plainName, Instant at) {
    if (isNews(key, at)) {
      var revocation = Revocation.stored(codec, key, plainName, latestHere(at), at);
      note(revocation);
      writeAgain(revocation);
    }
  }

  private boolean isNews(EntryKey key, Instant at) {
    return latest(key).filter(noted -> !noted.isBefore(at)).isEmpty();
  }

  private void note(Revocation revocation) {
    var all = revocation.condition() == RevokeCondition.ALWAYS ? known : guessed;
    all.add(revocation)
        .filter(dropped -> dropped.isDue() && all == known)
        .ifPresent(dropped -> events.publish(new RevocationDropped(dropped.plainName())));
  }

  /** When the tombstone was written, by the agent's clock, at the latest. */
  Instant latestHere(Instant at) {
    var latest = storeClock.latestHere(at);
    var now = clock.instant();
    return latest.isBefore(now) ? latest : now;
  }

  /** The latest revocation of what is under a key, by the store's clock, as far as is known. */
  Optional<Instant> latest(EntryKey key) {
    return Stream.of(known, guessed)
        .flatMap(all -> all.of(key).stream())
        .flatMap(revocation -> revocation.date(storeClock).stream())
        .max(Instant::compareTo);
  }

  /** The hash has changed: its tombstones may be lost. */
  void changed(String hash) {
    Stream.of(known, guessed).flatMap(all -> all.in(hash).stream()).forEach(this::writeAgain);
  }

  /** Anything in the store may have changed or be lost. */
  void changedAll() {
    Stream.of(known, guessed).flatMap(all -> all.all().stream()).forEach(this::writeAgain);
  }

  private void writeAgain(Revocation revocation) {
    revocation.setWritten(false);
    writeSoon(revocation);
  }

  /** Makes one attempt for each that is due: those that fail at once wait for the next time. */
  private void writeAll() {
    isRetryDue.set(false);
    if (store.isAvailable()) {
      Stream.of(known, guessed)
          .flatMap(all -> all.all().stream())
          .filter(Revocation::isDue)
          .forEach(this::writeSoon);
    }
  }

  /** Each waits once, however often it falls due meanwhile. */
  private void writeSoon(Revocation revocation) {
    if (revocation.beginWaiting()) {
      var _ = attempts.add(() -> writeAfterOthers(revocation));
    }
  }

  /** After earlier writes of the same secret. */
  private CompletionStage<Void> writeAfterOthers(Revocation revocation) {
    writes.add(revocation.plainName(), () -> write(revocation));
    return writes.ended(revocation.plainName());
  }

  private CompletionStage<Void> write(Revocation revocation) {
    revocation.endWaiting();
    var left = life.minus(Duration.between(revocation.at(), clock.instant()));
    if (left.isNegative() || left.isZero()) {
      Stream.of(known, guessed).forEach(all -> all.remove(revocation));
      return Stages.DONE;
    }
    return write(revocation, left).thenAccept(result -> written(revocation, result));
  }

  private CompletionStage<StoreResult<Revoked>> write(Revocation revocation, Duration left) {
    return storeClock
        .ensureSet(store, revocation.key())
        .thenCompose(
            _ ->
                revocation
                    .date(storeClock)
                    .map(at -> write(revocation, at, left))
                    .orElseGet(
                        () -> CompletableFuture.completedStage(new StoreResult.Skipped<>())));
  }

  private CompletionStage<StoreResult<Revoked>> write(
      Revocation revocation, Instant at, Duration left) {
    var key = revocation.key();
    var tombstone = revocation.codec().seal(key, new Content.Revocation(at, at.plus(life)));
    return store.revoke(key, tombstone, left, revocation.condition());
  }

  private void written(Revocation revocation, StoreResult<Revoked> result) {
    switch (result) {
      case StoreResult.Answered<Revoked>(var revoked, _) -> answered(revocation, revoked);
      case StoreResult.Failed<Revoked> _, StoreResult.Skipped<Revoked> _ -> retryLater(revocation);
    }
  }

  /** A name that the store has something of was not guessed: others may have a copy. */
  private void answered(Revocation revocation, Revoked revoked) {
    revocation.setWritten(true);
    if (revoked == Revoked.STORED && revocation.condition() == RevokeCondition.IF_STORED) {
      guessed.remove(revocation);
      revocation.date(storeClock).ifPresent(at -> note(revocation.known(at)));
    }
  }

  private void retryLater(Revocation revocation) {
    revocation.setWritten(false);
    if (revocation.condition() == RevokeCondition.ALWAYS && !isRetryDue.getAndSet(true)) {
      var _ = scheduler.schedule(PAUSE, this::writeAll);
    }
  }
}
