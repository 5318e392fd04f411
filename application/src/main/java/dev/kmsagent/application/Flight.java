package dev.kmsagent.application;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One read of one secret from KMS, however many callers wait for it. Whether it gets a follow-up is
 * decided only under the lock that {@link Flights} holds for its query.
 */
final class Flight {
  final SecretQuery query;
  final ReadMode mode;
  final SecretSource source;
  final Optional<Caller> caller;
  private final AtomicReference<Instant> readAfter;
  private final AtomicReference<Instant> deadline;
  final CompletableFuture<Retrieval> result = new CompletableFuture<>();

  /** KMS refused the secret in another flight: the result of this one is not cached. */
  final AtomicBoolean isInvalidated = new AtomicBoolean();

  /** KMS takes longer than callers with a stale value wait. */
  final AtomicBoolean isDelayed = new AtomicBoolean();

  private final AtomicReference<@Nullable Flight> followUp = new AtomicReference<>();

  /**
   * @param readAfter an entry must have been read after it to be the result
   * @param deadline when the flight ends at the latest
   * @param source with the rights of the caller that begins the flight
   * @param caller that one, where each pod has its own role
   */
  Flight(
      SecretQuery query,
      ReadMode mode,
      Instant readAfter,
      Instant deadline,
      SecretSource source,
      Optional<Caller> caller) {
    this.query = query;
    this.mode = mode;
    this.source = source;
    this.caller = caller;
    this.readAfter = new AtomicReference<>(readAfter);
    this.deadline = new AtomicReference<>(deadline);
  }

  /** The same, to be started now. */
  Flight anew(Instant end) {
    return new Flight(query, mode, readAfter(), end, source, caller);
  }

  Instant readAfter() {
    return readAfter.get();
  }

  /** Whether the secret was not cached. */
  boolean isFirstRead() {
    return readAfter().equals(Instant.MIN);
  }

  Instant deadline() {
    return deadline.get();
  }

  Optional<Flight> followUp() {
    return Optional.ofNullable(followUp.get());
  }

  /**
   * Makes {@code other} the follow-up unless this flight serves its callers too. A refresh cannot
   * share an ordinary flight, which began before the refresh was requested. The dates of a
   * follow-up are the latest of its callers'.
   */
  Flight attachFollowUp(Flight other) {
    if (!servesAs(other.mode) && !followUp.compareAndSet(null, other)) {
      followUp().ifPresent(next -> next.extendTo(other));
    }
    return this;
  }

  private void extendTo(Flight other) {
    readAfter.accumulateAndGet(other.readAfter(), Flight::later);
    deadline.accumulateAndGet(other.deadline(), Flight::later);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** The flight that serves a caller of this mode. */
  Flight flightFor(ReadMode wanted) {
    return servesAs(wanted) ? this : followUp().orElseThrow();
  }

  private boolean servesAs(ReadMode wanted) {
    return wanted != ReadMode.REFRESH_NOW || mode == ReadMode.REFRESH_NOW;
  }
}
