package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.KmsFaults;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * KMS fails in every way, one after the other; throttling comes last, since it has the longest
 * effect.
 */
final class KmsOutages {
  private static final Duration LENGTH = Duration.ofSeconds(3);

  private final Testbed testbed;
  private final Timeline timeline;
  private final Recovery recovery;
  private final Loops loops;
  private final Random random;
  private final Semaphore refusals;
  private final boolean withLongOutage;
  private final Deque<Outage> left = new ArrayDeque<>();

  /** A change of KMS. */
  private interface Change {
    void run() throws IOException;
  }

  private record Outage(
      String name, Window.Effect effect, Duration length, Change strike, Change mend) {}

  /**
   * @param refusals held while agents may not be asked for another identity
   * @param withLongOutage whether KMS is once away for longer than values may be stale
   */
  KmsOutages(
      Testbed testbed,
      Timeline timeline,
      Recovery recovery,
      Loops loops,
      Random random,
      Semaphore refusals,
      boolean withLongOutage) {
    this.testbed = testbed;
    this.timeline = timeline;
    this.recovery = recovery;
    this.loops = loops;
    this.random = random;
    this.refusals = refusals;
    this.withLongOutage = withLongOutage;
  }

  void start() {
    loops.repeat("outages of KMS", this::next);
  }

  private void next() throws IOException, InterruptedException {
    if (left.isEmpty()) {
      left.addAll(all());
    }
    var outage = left.remove();
    refusals.acquire();
    try {
      happen(outage);
    } finally {
      refusals.release();
    }
    loops.pause(Duration.ofSeconds(1));
  }

  private void happen(Outage outage) throws IOException, InterruptedException {
    var window = timeline.begin("KMS", outage.name(), outage.effect(), _ -> true);
    outage.strike().run();
    loops.pause(outage.length());
    outage.mend().run();
    recovery.awaitKms(outage.name());
    timeline.end(window);
  }

  private Deque<Outage> all() {
    var outages = new ArrayList<Outage>();
    var throttling = new ArrayList<Outage>();
    var kms = testbed.workload().emulator().kms();
    outages.add(
        new Outage(
            "refuses connections", Window.Effect.UNAVAILABLE, LENGTH, kms::stop, kms::start));
    outages.add(
        new Outage(
            "rejects every key that was issued",
            Window.Effect.IDENTITY_REFUSED,
            Duration.ZERO,
            testbed.workload()::revokeKeys,
            () -> {}));
    if (withLongOutage) {
      outages.add(
          new Outage(
              "refuses connections for longer than values may be stale",
              Window.Effect.UNAVAILABLE,
              Testbed.MAX_STALE.plusSeconds(15),
              kms::stop,
              kms::start));
    }
    for (var row : KmsFaults.all()) {
      if (row.meaning() != KmsFaults.Meaning.PERMANENT) {
        (row.name().contains("throttles") ? throttling : outages).add(injected(row));
      }
    }
    Collections.shuffle(outages, random);
    outages.addAll(throttling);
    return new ArrayDeque<>(outages);
  }

  private Outage injected(KmsFaults.Row row) {
    var faults = testbed.workload().emulator().faults();
    var effect =
        switch (row.meaning()) {
          case HARMLESS, PERMANENT -> Window.Effect.NONE;
          case OURSELVES -> Window.Effect.IDENTITY_REFUSED;
          case TRANSIENT, SILENT ->
              row.name().contains("throttles")
                  ? Window.Effect.THROTTLED
                  : Window.Effect.UNAVAILABLE;
        };
    return new Outage(row.name(), effect, LENGTH, () -> faults.add(row.fault()), faults::clear);
  }
}
