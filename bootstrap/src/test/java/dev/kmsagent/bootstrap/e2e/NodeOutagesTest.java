package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each pod gets from the agent of its node during an outage; the page shows it. */
final class NodeOutagesTest {
  private static final String NODE = "node-1";
  private static final Duration MINUTES = Duration.ofMinutes(10);
  private static final Duration HOURS = Duration.ofHours(3);

  private final Path folder;

  NodeOutagesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /**
   * An outage.
   *
   * @param lasts until the reads; a key of a role lasts an hour
   * @param isRestarted whether the agent starts anew in it
   */
  private record Outage(String name, Fault fault, Duration lasts, boolean isRestarted) {}

  /** What fails in a cloud. */
  @FunctionalInterface
  private interface Fault {
    void begin(Workload workload) throws IOException;
  }

  private static List<Outage> outages() {
    return List.of(
        new Outage("none", _ -> {}, MINUTES, false),
        new Outage("STS for 10 minutes", NodeOutagesTest::stopSts, MINUTES, false),
        new Outage("STS for 3 hours", NodeOutagesTest::stopSts, HOURS, false),
        new Outage("STS, and the agent starts anew", NodeOutagesTest::stopSts, MINUTES, true),
        new Outage("KMS for 10 minutes", NodeOutagesTest::stopKms, MINUTES, false),
        new Outage("KMS for 3 hours", NodeOutagesTest::stopKms, HOURS, false),
        new Outage("the keys of the cluster for 3 hours", NodeOutagesTest::stopKeys, HOURS, false),
        new Outage(
            "the same, and the cluster signs with another key",
            workload -> {
              stopKeys(workload);
              workload.emulator().oidc().rotate("ES256");
            },
            HOURS,
            false),
        new Outage(
            "KMS, STS and the keys for 3 hours",
            workload -> {
              stopKms(workload);
              stopSts(workload);
              stopKeys(workload);
            },
            HOURS,
            false));
  }

  private static void stopSts(Workload workload) throws IOException {
    workload.emulator().sts().stop();
  }

  private static void stopKms(Workload workload) throws IOException {
    workload.emulator().kms().stop();
  }

  private static void stopKeys(Workload workload) throws IOException {
    workload.emulator().oidcIssuer().stop();
  }

  @Test
  void the_page_shows_what_each_pod_gets() throws IOException {
    var rows =
        new StringBuilder(
            line(
                List.of(
                    "what is down",
                    "a secret that it has read",
                    "another secret",
                    "a pod that was never granted its role",
                    "a new pod of a known service account")));
    rows.append("|---|---|---|---|---|\n");
    for (var outage : outages()) {
      rows.append(line(Stream.concat(Stream.of(outage.name()), cells(outage).stream()).toList()));
    }

    new MeasuredPage(
            Path.of("..", "docs", "node.md"),
            "node.write",
            "./mvnw test -pl bootstrap -am -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest=NodeOutagesTest")
        .verify("outages", rows.toString());
  }

  private static String line(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private List<String> cells(Outage outage) throws IOException {
    var time = new VirtualTime();
    try (var workload = Workload.ofClusterAt(time, folder)) {
      for (var role : List.of("kms.shop.app", "kms.shop.new")) {
        workload.emulator().roles().put(Role.named(role));
      }
      workload.emulator().secrets().create("known", "known");
      workload.emulator().secrets().create("other", "other");
      var token = token(workload, "app", "pod-1");
      var agent = start(workload, time);
      try {
        assertThat(as(agent, token).secret("known").status()).isEqualTo(200);
        outage.fault().begin(workload);
        if (outage.isRestarted()) {
          agent.close();
          agent = WiredAgent.start(workload.ofPods(NODE), time);
        }
        time.advance(outage.lasts());
        return List.of(
            answer(as(agent, token).secret("known")),
            answer(as(agent, token).secret("other")),
            answer(as(agent, token(workload, "new", "pod-2")).secret("known")),
            answer(as(agent, token(workload, "app", "pod-3")).secret("known")));
      } finally {
        agent.close();
      }
    }
  }

  private static WiredAgent start(Workload workload, VirtualTime time) {
    var agent = WiredAgent.startWithoutRetries(workload.ofPods(NODE), time);
    Patience.assertSoon(() -> agent.client().get("/readyz").status() == 200);
    return agent;
  }

  private static IssuedToken token(Workload workload, String serviceAccount, String pod) {
    return workload
        .emulator()
        .oidc()
        .tokenFor("shop", serviceAccount)
        .ofPod(pod, NODE)
        .livingFor(Duration.ofDays(1));
  }

  private static AgentClient as(WiredAgent agent, IssuedToken token) {
    return agent.client().with("X-KMS-Token", token.text());
  }

  private static String answer(AgentAnswer answer) {
    if (answer.status() != 200) {
      return answer.verdict();
    }
    return answer.cacheStatus().endsWith("stale-if-error") ? "200, stale" : "200";
  }
}
