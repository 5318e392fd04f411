package dev.kmsagent.application;

import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.ReadMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Limits the calls to KMS that clients cause at will, and that use up the quota of the account: for
 * names that KMS refuses, by {@code refreshNow} and by {@code rejected}. A token bucket.
 * Thread-safe.
 *
 * <p>Only its outcome tells that a call was for such a name. So a first read is charged afterwards,
 * if KMS refused it. While the bucket is overdrawn by such reads, a first read is paid in advance,
 * waits for its token, and gets it back unless KMS refuses it. A refresh takes only a token that is
 * there: it overdraws nothing, and so delays no first read. A refusal is charged for each other
 * entry that it evicts, too, since those are read again.
 */
final class ClientCallLimit {
  /** In a second, and at once, 40 calls; KMS's shared gateway allows an account 450 a second. */
  private static final Duration TOKEN = Duration.ofMillis(1000 / 40);

  /** The delay of a call that does not wait. */
  static final Optional<Duration> AT_ONCE = Optional.of(Duration.ZERO);

  private final InstantSource clock;

  /** When the bucket is full: it is empty if that is in a second, overdrawn if it is later. */
  private final AtomicReference<Instant> fullAt = new AtomicReference<>(Instant.MIN);

  ClientCallLimit(InstantSource clock) {
    this.clock = clock;
  }

  /** How long the call of {@code flight} waits, at most half of its time; empty: it is not made. */
  synchronized Optional<Duration> delay(Flight flight) {
    var isRefresh = flight.mode == ReadMode.REFRESH_NOW;
    if (!isRefresh && !flight.isFirstRead()) {
      return AT_ONCE;
    }
    var paid = isRefresh || charge(0).isPositive() ? 1 : 0;
    var wait = charge(paid);
    var left = Duration.between(clock.instant(), flight.deadline());
    if (wait.isPositive() && (isRefresh || wait.plus(wait).compareTo(left) > 0)) {
      charge(-paid);
      return Optional.empty();
    }
    var _ =
        flight.result.thenAccept(it -> charge((isRefresh || it instanceof Refused ? 1 : 0) - paid));
    return wait.isPositive() ? Optional.of(wait) : AT_ONCE;
  }

  /** Returns by how much the bucket is overdrawn; not positive if it is not. */
  synchronized Duration charge(int tokens) {
    var now = clock.instant();
    var cost = TOKEN.multipliedBy(tokens);
    var full = fullAt.updateAndGet(it -> (it.isAfter(now) ? it : now).plus(cost));
    return Duration.between(now.plusSeconds(1), full);
  }
}
