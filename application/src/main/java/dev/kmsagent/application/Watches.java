package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessDecision;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a change of a secret. {@link WatchedCache} tells what becomes of the cache.
 * While anybody waits for a secret, it is looked up every few seconds where agents share the cache,
 * and read from KMS when its refresh is due, once for all. Thread-safe.
 */
final class Watches {
  /** Between two reads of a secret from KMS, and between two look-ups of it. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  private final ConcurrentMap<SecretQuery, Watch> watches = new ConcurrentHashMap<>();
  private final RetrievalPorts ports;
  private final TimeSources timing;
  private final Duration requestTimeout;

  /** Reads with the rights of one who waits. */
  interface Rights {
    /** Whether there is a key to read with. */
    boolean haveKey();

    /** What a read from the cache would do with its entry. */
    FreshnessDecision decide(SecretQuery query, CacheEntry entry, Instant now);

    /** Reads from KMS, unless another agent does. */
    CompletionStage<Retrieval> readAnew(SecretQuery query, Instant readAfter, Instant deadline);
  }

  private record Waiter(Revision known, Rights rights, CompletableFuture<Revision> woken) {
    void wake() {
      woken.complete(known);
    }
  }

  /**
   * Those who wait for one query.
   *
   * @param next the timer of the next look-up, once the first one has begun
   * @param prompted by which revision under another name of the secret a read was prompted
   */
  private record Watch(
      SecretQuery query,
      Set<Waiter> waiters,
      AtomicReference<@Nullable Timer> next,
      AtomicReference<@Nullable Revision> prompted) {
    Watch(SecretQuery query) {
      this(query, ConcurrentHashMap.newKeySet(), new AtomicReference<>(), new AtomicReference<>());
    }

    Watch with(Waiter waiter) {
      waiters.add(waiter);
      return this;
    }

    Optional<Rights> rights() {
      var first = waiters.stream().findFirst();
      return waiters.stream()
          .filter(it -> it.rights().haveKey())
          .findFirst()
          .or(() -> first)
          .map(Waiter::rights);
    }

    boolean isNewTo(Revision revision) {
      return waiters.stream().anyMatch(it -> !it.known().equals(revision));
    }

    void wakeUnlessKnown(Revision revision) {
      waiters.stream().filter(it -> !it.known().equals(revision)).forEach(Waiter::wake);
    }

    void wakeAll() {
      waiters.forEach(Waiter::wake);
    }
  }

  /**
   * @param ports whose cache tells the watches nothing
   * @param requestTimeout the deadline of one look-up and of one read
   */
  Watches(RetrievalPorts ports, TimeSources timing, Duration requestTimeout) {
    this.ports = ports;
    this.timing = timing;
    this.requestTimeout = requestTimeout;
  }

  /** Waits for a change of what {@code known} is the revision of, at most until the deadline. */
  CompletionStage<?> await(SecretQuery query, Revision known, Instant deadline, Rights rights) {
    var waiter = new Waiter(known, rights, new CompletableFuture<>());
    var watch =
        watches.compute(
            query, (_, present) -> (present == null ? new Watch(query) : present).with(waiter));
    var ended = timing.completeAt(deadline, waiter.woken(), () -> known);
    var _ = ended.whenComplete((_, _) -> remove(watch, waiter));
    var cached = ports.cache().find(query);
    if (watch.next().compareAndSet(null, () -> {}) || cached.isEmpty()) {
      lookUp(watch);
    } else {
      follow(watch, rights, cached);
    }
    return ended;
  }

  private void remove(Watch watch, Waiter waiter) {
    watch.waiters().remove(waiter);
    var _ =
        watches.computeIfPresent(
            watch.query(), (_, present) -> present.waiters().isEmpty() ? null : present);
    var timer = watch.next().get();
    if (watch.waiters().isEmpty() && timer != null) {
      timer.cancel();
    }
  }

  /** Looks the secret up, among agents that share the cache too, and looks again later. */
  private void lookUp(Watch watch) {
    var rights = watch.rights();
    if (rights.isPresent()) {
      var query = watch.query();
      var _ =
          ports
              .cache()
              .findShared(query, deadline())
              .thenApply(shared -> shared.or(() -> ports.cache().find(query)))
              .thenAccept(
                  entry -> {
                    watch
                        .next()
                        .set(timing.scheduler().schedule(pause(entry), () -> lookUp(watch)));
                    follow(watch, rights.get(), entry);
                  });
    }
  }

  private Instant deadline() {
    return timing.now().plus(requestTimeout);
  }

  /** Until the entry may be read again, or for some seconds. */
  private Duration pause(Optional<CacheEntry> entry) {
    return entry
        .map(it -> Collections.max(List.of(it.refreshAt(), it.readAt().plus(PAUSE))))
        .map(due -> Duration.between(timing.now(), due))
        .filter(left -> left.isPositive() && left.compareTo(PAUSE) < 0)
        .orElse(PAUSE);
  }

  /** Wakes those to whom a read would give something else, and reads anew if that is due. */
  private void follow(Watch watch, Rights rights, Optional<CacheEntry> cached) {
    if (cached.isEmpty()) {
      readAnew(watch, rights, cached);
      return;
    }
    var entry = cached.get();
    var now = timing.now();
    watch.wakeUnlessKnown(entry.secret().revision());
    switch (rights.decide(watch.query(), entry, now)) {
      case SERVE, SERVE_STALE -> {}
      case SERVE_AND_REFRESH, SERVE_STALE_AND_REFRESH, WAIT_OR_SERVE_STALE, FETCH -> {
        if (!now.isBefore(entry.readAt().plus(PAUSE))) {
          readAnew(watch, rights, cached);
        }
      }
      case WAIT -> watch.wakeAll();
    }
  }

  private void readAnew(Watch watch, Rights rights, Optional<CacheEntry> cached) {
    var readAfter = cached.map(CacheEntry::readAt).orElse(Instant.MIN);
    var _ =
        rights
            .readAnew(watch.query(), readAfter, deadline())
            .thenAccept(
                outcome -> {
                  if (outcome instanceof NoSecret reason && !isServed(cached, reason)) {
                    watch.wakeAll();
                  }
                });
  }

  /** Whether the entry is served although its secret cannot be read. */
  private boolean isServed(Optional<CacheEntry> cached, NoSecret reason) {
    var now = timing.now();
    return cached
        .filter(_ -> !(reason instanceof Refused))
        .filter(
            it -> now.isBefore(it.freshUntil()) || FreshnessDecision.allowsStale(it, reason, now))
        .isPresent();
  }

  /** The cache has this entry. A secret that is watched under another name is read there too. */
  void stored(SecretQuery query, CacheEntry entry) {
    if (watches.isEmpty()) {
      return;
    }
    var revision = entry.secret().revision();
    var isSame = ports.mayBe(query.name());
    watches.forEach(
        (other, watch) -> {
          if (other.equals(query)) {
            watch.wakeUnlessKnown(revision);
          } else if (other.version().equals(query.version()) && isSame.test(other.name())) {
            prompt(watch, revision);
          }
        });
  }

  /** Once for each revision: the other may be another secret, whose reads prompt this one. */
  private void prompt(Watch watch, Revision revision) {
    if (watch.isNewTo(revision) && !revision.equals(watch.prompted().getAndSet(revision))) {
      var cached = ports.cache().find(watch.query());
      var soonest = cached.map(it -> it.readAt().plus(PAUSE)).orElse(Instant.MIN);
      var now = timing.now();
      var _ =
          timing
              .scheduler()
              .schedule(
                  soonest.isAfter(now) ? Duration.between(now, soonest) : Duration.ZERO,
                  () -> watch.rights().ifPresent(rights -> readAnew(watch, rights, cached)));
    }
  }

  /** The cache has lost this entry. */
  void evicted(SecretQuery query) {
    Optional.ofNullable(watches.get(query)).ifPresent(Watch::wakeAll);
  }

  /** The cache has lost the secret, under each of its names. */
  void evictedAll(SecretName name) {
    if (!watches.isEmpty()) {
      var isSame = ports.mayBe(name);
      watches.forEach(
          (query, watch) -> {
            if (isSame.test(query.name())) {
              watch.wakeAll();
            }
          });
    }
  }

  /** Wakes all, because the cache ends. */
  void close() {
    watches.values().forEach(Watch::wakeAll);
  }
}
