package dev.kmsagent.emulator.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The time of an emulator: its clock, and the delays of its replies. Safe for many threads. */
public interface EmulatorTime extends InstantSource {
  /** The time of this machine. */
  EmulatorTime SYSTEM = of(InstantSource.system());

  /** Completes when the delay is over. */
  CompletableFuture<?> after(Duration delay);

  /** A clock, with the delays of this machine. */
  static EmulatorTime of(InstantSource clock) {
    return new EmulatorTime() {
      @Override
      public Instant instant() {
        return clock.instant();
      }

      @Override
      public CompletableFuture<?> after(Duration delay) {
        return new CompletableFuture<>()
            .completeOnTimeout(delay, delay.toNanos(), TimeUnit.NANOSECONDS);
      }
    };
  }
}
