package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.IdentityFaults;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.identity.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * STS and the metadata service fail in every way, at the same time and for as long as a key is
 * valid. Each outage has some faults of a kind, because agents ask for keys six times a minute.
 */
final class IdentityOutages {
  /** What an outage as a whole is called. */
  static final String SEVERAL = "fails in several ways";

  private static final Duration BETWEEN = Duration.ofSeconds(8);
  private static final int FAULTS = 4;
  private static final Duration LENGTH = Duration.ofMillis(3500);

  private final Testbed testbed;
  private final Timeline timeline;
  private final Recovery recovery;
  private final Loops loops;
  private final Semaphore refusals;
  private final Deck<Boolean> kinds;
  private final Services failing;
  private final Services refusing;

  /** What may go wrong with either of the two services. */
  private record Services(Deck<IdentityFaults.Row> sts, Deck<IdentityFaults.Row> metadata) {}

  /**
   * @param refusals held while agents are refused, so that KMS answers them
   */
  IdentityOutages(
      Testbed testbed,
      Timeline timeline,
      Recovery recovery,
      Loops loops,
      Random random,
      Semaphore refusals) {
    this.testbed = testbed;
    this.timeline = timeline;
    this.recovery = recovery;
    this.loops = loops;
    this.refusals = refusals;
    this.kinds = new Deck<>(List.of(true, true, true, false), random);
    this.failing = services(random, false);
    this.refusing = services(random, true);
  }

  private static Services services(Random random, boolean refusing) {
    return new Services(
        new Deck<>(those(ofSts(), refusing), random),
        new Deck<>(those(IdentityFaults.ofMetadata(), refusing), random));
  }

  /** A role that is really gone would have KMS refuse every secret. */
  private static List<IdentityFaults.Row> ofSts() {
    return IdentityFaults.ofSts().stream()
        .map(row -> row.name().startsWith("the role is gone") ? refusalOfTheRole(row) : row)
        .toList();
  }

  private static IdentityFaults.Row refusalOfTheRole(IdentityFaults.Row row) {
    var fault = new Fault.Failure(404, "EntityNotExist.Role");
    return new IdentityFaults.Row(
        row.name(), row.meaning(), workload -> workload.emulator().sts().faults().add(fault));
  }

  private static List<IdentityFaults.Row> those(List<IdentityFaults.Row> rows, boolean refusing) {
    return rows.stream()
        .filter(row -> (row.meaning() == IdentityFaults.Meaning.REFUSAL) == refusing)
        .toList();
  }

  void start() {
    loops.repeat("outages of STS and the metadata service", this::next);
  }

  private void next() throws IOException, InterruptedException {
    if (kinds.next()) {
      happen(failing, Window.Effect.UNAVAILABLE);
    } else {
      refusals.acquire();
      try {
        happen(refusing, Window.Effect.IDENTITY_REFUSED);
      } finally {
        refusals.release();
      }
    }
    loops.pause(BETWEEN);
  }

  private void happen(Services services, Window.Effect effect)
      throws IOException, InterruptedException {
    var outages =
        List.of(
            begin("STS", SEVERAL, effect, Target.Identity.RRSA),
            begin("metadata service", SEVERAL, effect, Target.Identity.INSTANCE));
    for (int i = 0; i < FAULTS && !loops.isEnded(); i++) {
      var sts = services.sts().next();
      var metadata = services.metadata().next();
      var one = begin("STS", sts.name(), Window.Effect.NONE, Target.Identity.RRSA);
      var other =
          begin("metadata service", metadata.name(), Window.Effect.NONE, Target.Identity.INSTANCE);
      sts.strike().accept(testbed.workload());
      metadata.strike().accept(testbed.workload());
      loops.pause(LENGTH);
      mend();
      timeline.end(one);
      timeline.end(other);
    }
    recovery.awaitKeys("STS and the metadata service failed");
    outages.forEach(timeline::end);
  }

  private int begin(String service, String name, Window.Effect effect, Target.Identity identity) {
    return timeline.begin(service, name, effect, target -> target.identity() == identity);
  }

  private void mend() throws IOException {
    var workload = testbed.workload();
    var emulator = workload.emulator();
    emulator.sts().faults().clear();
    emulator.metadata().faults().clear();
    emulator.sts().start();
    emulator.metadata().start();
    emulator.roles().put(Role.named(Workload.ROLE));
    emulator.instance().attachRole(Workload.ROLE);
    if (Files.isDirectory(workload.tokenFile())) {
      Files.delete(workload.tokenFile());
    }
    workload.issue(workload.token());
  }
}
