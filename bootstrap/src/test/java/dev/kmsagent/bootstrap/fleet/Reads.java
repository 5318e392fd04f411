package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What reads from a moment on came to. For one thread. */
final class Reads {
  private final InstantSource clock;
  private final Instant from;
  long all;
  long stale;
  long failed;
  Duration longestWait = Duration.ZERO;

  Reads(InstantSource clock, Instant from) {
    this.clock = clock;
    this.from = from;
  }

  /** Reads that could only be hits, and were not made. */
  void hits(long number) {
    if (counts()) {
      all += number;
    }
  }

  private boolean counts() {
    return !clock.instant().isBefore(from);
  }

  void count(Retrieval outcome, Duration wait, int number) {
    if (!counts()) {
      return;
    }
    all += number;
    switch (outcome) {
      case Found found -> stale += found.state() == CacheState.STALE ? number : 0;
      case NoSecret _ -> failed += number;
    }
    longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
  }
}
