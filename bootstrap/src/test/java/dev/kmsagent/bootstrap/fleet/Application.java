package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * An application beside its agent: it reads all its secrets when it starts, and then each again and
 * again, by several threads in the same moment. Reads of secrets that the agent has not had yet are
 * not counted.
 */
final class Application {
  private static final int THREADS = 2;

  private final SimulatedAgent agent;
  private final List<SecretQuery> secrets;
  private final VirtualTime time;
  private final RandomGenerator random;
  private final Duration period;
  private final Reads reads;
  private final Runnable loaded;
  private final BitSet had = new BitSet();

  /** What reads from a moment on came to. */
  static final class Reads {
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
    private void addHits(long number) {
      if (!clock.instant().isBefore(from)) {
        all += number;
      }
    }

    private void add(Retrieval outcome, Instant begun) {
      if (!clock.instant().isBefore(from)) {
        all += THREADS;
        switch (outcome) {
          case Found found -> stale += found.state() == CacheState.STALE ? THREADS : 0;
          case NoSecret _ -> failed += THREADS;
        }
        var wait = Duration.between(begun, clock.instant());
        longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
      }
    }
  }

  /**
   * @param period the mean time between two reads of a secret; it varies by half either way
   * @param loaded runs once all secrets have been read
   */
  Application(
      SimulatedAgent agent,
      List<SecretQuery> secrets,
      FleetCloud cloud,
      Duration period,
      Reads reads,
      Runnable loaded) {
    this.agent = agent;
    this.secrets = secrets;
    this.time = cloud.time;
    this.random = cloud.random;
    this.period = period;
    this.reads = reads;
    this.loaded = loaded;
  }

  void start() {
    agent.start();
    for (var secret = 0; secret < secrets.size(); secret++) {
      read(secret);
    }
  }

  /** A read for every thread, which share a flight: what is told to one is told to all. */
  private void read(int secret) {
    var begun = time.instant();
    var isKnown = had.get(secret);
    var _ =
        agent
            .read(secrets.get(secret), ReadMode.CACHED)
            .thenAccept(outcome -> note(secret, isKnown, outcome, begun));
    readAgain(secret, begun);
  }

  /** Skips the reads that can only be hits: they change nothing, and are counted all the same. */
  private void readAgain(int secret, Instant now) {
    var pause = pause();
    var hits = 0;
    for (var fresh = fresh(secret, now); pause.compareTo(fresh) < 0; pause = pause.plus(pause())) {
      hits += THREADS;
    }
    var skipped = hits;
    time.schedule(
        pause,
        () -> {
          reads.addHits(skipped);
          read(secret);
        });
  }

  private Duration pause() {
    return Duration.ofNanos(random.nextLong(period.toNanos() / 2, period.toNanos() * 3 / 2));
  }

  /** For how long a read of it changes nothing. */
  private Duration fresh(int secret, Instant now) {
    return agent
        .cache()
        .find(secrets.get(secret))
        .map(entry -> Duration.between(now, entry.refreshAt()))
        .orElse(Duration.ZERO);
  }

  private void note(int secret, boolean isKnown, Retrieval outcome, Instant begun) {
    if (isKnown) {
      reads.add(outcome, begun);
    }
    if (outcome instanceof Found && !had.get(secret)) {
      had.set(secret);
      if (had.cardinality() == secrets.size()) {
        loaded.run();
      }
    }
  }
}
