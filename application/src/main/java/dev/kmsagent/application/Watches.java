package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FreshnessDecision;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
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
 * Those who wait for a change of a secret. {@link Flights} tells what each read from KMS came to.
 * While anybody waits for a secret, it is looked up every few seconds, which finds what other
 * agents have stored, and read from KMS when its refresh is due, once for all. Thread-safe.
 */
final class Watches {
  /** Between two look-ups of a secret, and between two reads of it from KMS. */
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

    /** Reads from KMS, unless another agent does; {@link #ended} gets the outcome. */
    void readAnew(SecretQuery query, Instant readAfter, Instant deadline);
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
   */
  private record Watch(
      SecretQuery query, Set<Waiter> waiters, AtomicReference<@Nullable Timer> next) {
    Watch(SecretQuery query) {
      this(query, ConcurrentHashMap.newKeySet(), new AtomicReference<>());
    }

    Watch with(Waiter waiter) {
      waiters.add(waiter);
      return this;
    }

    /** Null once nobody is left: no look-up follows, so who comes next begins another watch. */
    @Nullable Watch without(Waiter waiter) {
      waiters.remove(waiter);
      return waiters.isEmpty() ? null : this;
    }

    /** Of one who has a key, if there is one; empty if none waits any more. */
    Optional<Rights> rights() {
      var all = waiters.stream().map(Waiter::rights);
      return all.reduce((one, other) -> one.haveKey() ? one : other);
    }

    void wakeUnlessKnown(Revision revision) {
      waiters.stream().filter(it -> !it.known().equals(revision)).forEach(Waiter::wake);
    }

    void wakeAll() {
      waiters.forEach(Waiter::wake);
    }
  }

  /**
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
    } else if (!cached.get().secret().revision().equals(known)) {
      waiter.wake();
    }
    return ended;
  }

  private void remove(Watch watch, Waiter waiter) {
    var left = watches.computeIfPresent(watch.query(), (_, present) -> present.without(waiter));
    var timer = watch.next().get();
    if (left == null && timer != null) {
      timer.cancel();
    }
  }

  /** Looks the secret up, and again later, as long as somebody waits. */
  private void lookUp(Watch watch) {
    var _ =
        cached(watch.query())
            .thenAccept(entry -> watch.rights().ifPresent(rights -> follow(watch, rights, entry)));
  }

  /** The entry, also where the one in this process is to be checked again. */
  private CompletionStage<Optional<CacheEntry>> cached(SecretQuery query) {
    return ports
        .cache()
        .findShared(query, deadline())
        .thenApply(shared -> shared.or(() -> ports.cache().find(query)));
  }

  private Instant deadline() {
    return timing.now().plus(requestTimeout);
  }

  /** Until the entry may be read anew, or less. */
  private Duration pause(Optional<CacheEntry> cached) {
    return cached
        .map(entry -> Duration.between(timing.now(), mayBeReadAnew(entry)))
        .filter(left -> left.isPositive() && left.compareTo(PAUSE) < 0)
        .orElse(PAUSE);
  }

  private static Instant mayBeReadAnew(CacheEntry entry) {
    return Collections.max(List.of(entry.refreshAt(), entry.readAt().plus(PAUSE)));
  }

  /**
   * Wakes those to whom a read would give something else, and reads anew if that is due. The next
   * look-up takes the place of any other: one begins for each who waits for what is not cached.
   */
  private void follow(Watch watch, Rights rights, Optional<CacheEntry> cached) {
    var next = timing.scheduler().schedule(pause(cached), () -> lookUp(watch));
    Optional.ofNullable(watch.next().getAndSet(next)).ifPresent(Timer::cancel);
    if (cached.isEmpty()) {
      readAnew(watch, rights, Instant.MIN);
      return;
    }
    var entry = cached.get();
    var now = timing.now();
    watch.wakeUnlessKnown(entry.secret().revision());
    switch (rights.decide(watch.query(), entry, now)) {
      case SERVE, SERVE_STALE -> {}
      case SERVE_AND_REFRESH, SERVE_STALE_AND_REFRESH, WAIT_OR_SERVE_STALE, FETCH -> {
        if (!now.isBefore(mayBeReadAnew(entry))) {
          readAnew(watch, rights, entry.readAt());
        }
      }
      case WAIT -> watch.wakeAll();
    }
  }

  private void readAnew(Watch watch, Rights rights, Instant readAfter) {
    if (rights.haveKey()) {
      rights.readAnew(watch.query(), readAfter, deadline());
    } else {
      watch.wakeAll();
    }
  }

  /** What a read came to, which the cache has recorded. */
  void ended(SecretQuery query, Retrieval outcome) {
    if (watches.isEmpty()) {
      return;
    }
    if (outcome instanceof Refused(_, var scope) && scope == Refused.Scope.SECRET) {
      wakeAll(query.name());
    } else {
      Optional.ofNullable(watches.get(query)).ifPresent(watch -> wake(watch, outcome));
    }
  }

  /** Wakes all who wait for this secret, under each of its names. */
  private void wakeAll(SecretName name) {
    var isSame = ports.mayBe(name);
    watches.values().stream()
        .filter(watch -> isSame.test(watch.query().name()))
        .forEach(Watch::wakeAll);
  }

  private void wake(Watch watch, Retrieval outcome) {
    if (outcome instanceof Found found) {
      watch.wakeUnlessKnown(found.entry().secret().revision());
    } else {
      var _ =
          cached(watch.query())
              .thenAccept(
                  entry -> {
                    if (!isServed(entry, (NoSecret) outcome)) {
                      watch.wakeAll();
                    }
                  });
    }
  }

  /** Whether the entry is served although its secret cannot be read. */
  private boolean isServed(Optional<CacheEntry> cached, NoSecret reason) {
    var now = timing.now();
    return cached
        .filter(
            it -> now.isBefore(it.freshUntil()) || FreshnessDecision.allowsStale(it, reason, now))
        .isPresent();
  }

  /** Wakes all, because the cache ends. */
  void close() {
    watches.values().forEach(Watch::wakeAll);
  }
}
