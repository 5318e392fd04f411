package dev.kmsagent.bootstrap.soak;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A time in which a service failed, until the effects were over.
 *
 * @param end {@link Long#MAX_VALUE} while it lasts
 * @param affects the agents that notice it
 */
record Window(
    String service, String name, Effect effect, long begin, long end, Predicate<Target> affects) {
  /** What it allows to fail. */
  enum Effect {
    /** Nothing. */
    NONE("no failure"),
    /** Reads of values that the agent need not have in its cache. */
    UNAVAILABLE("KMS, STS or the metadata service does not answer; nothing is cached"),
    /** The same, and later ones because the agent has slowed down. */
    THROTTLED("KMS throttles; nothing is cached"),
    /** Reads of values that are not surely fresh. */
    IDENTITY_REFUSED("the identity of the agent is refused; nothing fresh is cached");

    private final String meaning;

    Effect(String meaning) {
      this.meaning = meaning;
    }

    @Override
    public String toString() {
      return meaning;
    }
  }

  boolean overlaps(long from, long to) {
    return begin <= to && from <= end;
  }

  Window endedAt(long time) {
    return new Window(service, name, effect, begin, time, affects);
  }

  String relativeTo(long start) {
    return end == Long.MAX_VALUE
        ? "%s: %s since %.3f s".formatted(service, name, seconds(begin - start))
        : "%s: %s from %.3f to %.3f s"
            .formatted(service, name, seconds(begin - start), seconds(end - start));
  }

  static double seconds(long nanos) {
    return (double) nanos / TimeUnit.SECONDS.toNanos(1);
  }
}
