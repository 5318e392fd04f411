package dev.kmsagent.bootstrap.libc;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time since the machine was started, in nanoseconds, time in suspension included: {@code
 * CLOCK_BOOTTIME} (clock_gettime(2)). It never steps. Thread-safe.
 */
public final class BootTime implements LongSupplier {
  private static final int CLOCK_BOOTTIME = 7;

  /** Seconds and nanoseconds. */
  private static final int TIMESPEC = 2;

  /** It is bound to the C library when it is first used, which takes some 20 ms. */
  private static final class Function {
    static final MethodHandle CLOCK_GETTIME = CFunction.bind("clock_gettime");

    private Function() {}
  }

  private BootTime() {}

  /** Empty where the JVM grants no native access, or the system does not have this clock. */
  public static Optional<LongSupplier> open() {
    if (!CFunction.isAllowed()) {
      return Optional.empty();
    }
    try {
      var clock = new BootTime();
      return clock.getAsLong() > 0 ? Optional.of(clock) : Optional.empty();
    } catch (RuntimeException | LinkageError _) {
      return Optional.empty();
    }
  }

  @Override
  public long getAsLong() {
    var time = new long[TIMESPEC];
    if (call(MemorySegment.ofArray(time)) != 0) {
      throw new IllegalStateException("CLOCK_BOOTTIME cannot be read");
    }
    return TimeUnit.SECONDS.toNanos(time[0]) + time[1];
  }

  private static int call(MemorySegment time) {
    try {
      return (int) Function.CLOCK_GETTIME.invokeExact(CLOCK_BOOTTIME, time);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
