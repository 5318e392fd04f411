package dev.kmsagent.application;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
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
  private final SecretQuery query;
  private final ReadMode mode;
  private final Instant readAfter;
  private final Instant deadline;
  private final CompletableFuture<FlightResult> landing = new CompletableFuture<>();
  private final AtomicBoolean overtaken = new AtomicBoolean();
  private final AtomicReference<@Nullable Flight> followUp = new AtomicReference<>();

  /**
   * @param readAfter what was read until then will not do
   * @param deadline by when it lands in any case
   */
  Flight(SecretQuery query, ReadMode mode, Instant readAfter, Instant deadline) {
    this.query = query;
    this.mode = mode;
    this.readAfter = readAfter;
    this.deadline = deadline;
  }

  SecretQuery query() {
    return query;
  }

  ReadMode mode() {
    return mode;
  }

  Instant readAfter() {
    return readAfter;
  }

  Instant deadline() {
    return deadline;
  }

  CompletableFuture<FlightResult> result() {
    return landing;
  }

  /** KMS refused this secret to another flight meanwhile: what this one brings is not kept. */
  void invalidate() {
    overtaken.set(true);
  }

  boolean isInvalidated() {
    return overtaken.get();
  }

  Optional<Flight> followUp() {
    return Optional.ofNullable(followUp.get());
  }

  /**
   * A caller who wants {@code other} shares this flight if it will do; a refresh may not share an
   * ordinary flight, which began before it was asked for: it goes with the one that follows.
   */
  Flight attachFollowUp(Flight other) {
    if (!servesAs(other.mode)) {
      followUp.compareAndSet(null, other);
    }
    return this;
  }

  /** The flight that serves a caller of this mode. */
  Flight flightFor(ReadMode wanted) {
    return servesAs(wanted) ? this : followUp().orElseThrow();
  }

  private boolean servesAs(ReadMode wanted) {
    return switch (wanted) {
      case CACHED -> true;
      case REFRESH_NOW -> mode == ReadMode.REFRESH_NOW;
    };
  }
}
