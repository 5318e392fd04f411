package dev.kmsagent.testkit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits, in real time, for what others do in the background or in another process. The system
 * property {@code patience} multiplies the limit, for machines that are slower than most.
 */
public final class Patience {
  /** Long enough for a busy machine; what holds is seen within milliseconds. */
  private static final Duration LIMIT =
      Duration.ofMinutes(2).multipliedBy(Integer.getInteger("patience", 1));

  private static final Duration LEAST_INTERVAL = Duration.ofMillis(2);
  private static final Duration LONGEST_INTERVAL = Duration.ofMillis(100);

  private Patience() {}

  /** How long a test waits at most for what is sure to happen. */
  public static Duration limit() {
    return LIMIT;
  }

  /**
   * Returns once the condition holds.
   *
   * @throws AssertionError when it does not within the limit
   */
  public static void assertSoon(BooleanSupplier condition) {
    var _ = see(condition::getAsBoolean, holds -> holds);
  }

  /**
   * What a stage completes with.
   *
   * @throws java.util.concurrent.CompletionException when it fails, or is not done within the limit
   */
  public static <T> T join(CompletionStage<T> stage) {
    var copy = stage.toCompletableFuture().copy();
    return copy.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  /**
   * Looks again and again until what it sees is as it should be, and gives that. The longer it has
   * waited, the less often it looks, since many looks are requests or read files.
   *
   * @throws AssertionError when it is not within the limit
   */
  public static <T> T see(Supplier<T> look, Predicate<? super T> asItShould) {
    var clock = InstantSource.system();
    var start = clock.instant();
    var seen = look.get();
    while (!asItShould.test(seen)) {
      var waited = Duration.between(start, clock.instant());
      if (waited.compareTo(LIMIT) > 0) {
        throw new AssertionError("Not within " + LIMIT + "; last seen: " + seen);
      }
      var interval = waited.toNanos() / 8;
      LockSupport.parkNanos(
          Math.clamp(interval, LEAST_INTERVAL.toNanos(), LONGEST_INTERVAL.toNanos()));
      seen = look.get();
    }
    return seen;
  }
}
