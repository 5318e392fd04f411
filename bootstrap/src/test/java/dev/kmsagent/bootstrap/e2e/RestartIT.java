package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.http.AgentAnswer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent of a node with its cache in a folder, as it ships: it is killed and started anew while
 * nothing of the cloud answers.
 */
final class RestartIT {
  private static final int ROLES = 4;
  private static final int PODS = 12;

  /** The files of the secrets, the grants, the keys of the cluster, and two of the folder's own. */
  private static final int KEPT = 2 * ROLES + 3;

  /** What the agent logs where it does without the folder, as it has to on a busy machine. */
  private static final String TOO_SLOW = "The disk of the cache's folder is too slow.";

  private final Path folder;
  @AutoClose private final Workload workload;
  private final List<String> tokens;

  /** In a cluster whose service accounts have a role each, for one secret. */
  RestartIT(@TempDir Path folder) {
    this.folder = folder;
    this.workload = Workload.ofCluster(folder);
    IntStream.range(0, ROLES).mapToObj(RestartIT::account).forEach(this::createRole);
    this.tokens = IntStream.range(0, PODS).mapToObj(this::token).toList();
  }

  private static String account(int number) {
    return "app-" + number % ROLES;
  }

  private void createRole(String account) {
    workload.giveRole("shop", account, account + "-db");
    workload.emulator().secrets().create(account + "-db", "of " + account);
  }

  private String token(int pod) {
    return workload.tokenOfPod("shop", account(pod)).ofPod("pod-" + pod, Workload.NODE).text();
  }

  /** How the cloud fails. */
  enum Failing {
    REFUSING_CONNECTIONS {
      @Override
      void fail(EmulatedService service) throws IOException {
        service.stop();
      }
    },
    SILENT {
      @Override
      void fail(EmulatedService service) {
        service.faults().add(new Fault.Hang());
      }
    };

    abstract void fail(EmulatedService service) throws IOException;
  }

  private AgentProcess start() {
    var agent = AgentProcess.start(workload.ofPods().withCacheIn(folder));
    var _ = Patience.see(() -> agent.client().get("/readyz"), it -> it.status() == 200);
    return agent;
  }

  /** All pods at once. */
  private List<String> readAll(AgentProcess agent) {
    var answers = IntStream.range(0, PODS).mapToObj(pod -> read(agent, pod)).toList();
    return answers.stream().map(Patience::join).toList();
  }

  private CompletableFuture<String> read(AgentProcess agent, int pod) {
    return agent
        .client()
        .with("X-KMS-Token", tokens.get(pod))
        .readAsync(account(pod) + "-db")
        .thenApply(AgentAnswer::summary);
  }

  /** Whole ones: one that is being written has another name. */
  private boolean isKept() {
    var files = Set.of(folder.resolve("entries").toFile().list());
    return files.size() - (files.contains("new") ? 1 : 0) >= KEPT;
  }

  private static List<String> hits() {
    return IntStream.range(0, PODS).mapToObj(pod -> "of " + account(pod) + ", hit").toList();
  }

  /** Kills an agent from which all pods have read; whether the disk was in time for all files. */
  private boolean fillAndKill() throws Exception {
    try (var agent = start()) {
      assertThat(readAll(agent)).allSatisfy(it -> assertThat(it).startsWith("of app-"));
      Patience.assertSoon(() -> isKept() || agent.stderr().toString().contains(TOO_SLOW));
      agent.signal("KILL").exit();
      return isKept();
    }
  }

  /** All pods read twice from an agent that starts anew; whether the disk was in time for that. */
  private boolean readAnew() throws Exception {
    try (var agent = start()) {
      var answers = List.of(readAll(agent), readAll(agent));
      if (answers.equals(List.of(hits(), hits()))) {
        return true;
      }
      assertThat(agent.terminate().exit().stderr()).as(answers.toString()).contains(TOO_SLOW);
      return false;
    }
  }

  @Test
  void each_pod_reads_again_what_it_has_read_after_the_agent_was_killed() throws IOException {
    assertReadAgain(Failing.SILENT);
  }

  @Test
  @Tag("thorough")
  void each_pod_reads_again_what_it_has_read_while_connections_are_refused() throws IOException {
    assertReadAgain(Failing.REFUSING_CONNECTIONS);
  }

  private void assertReadAgain(Failing failing) throws IOException {
    Patience.assertSoon(() -> Unchecked.get(this::fillAndKill));
    var emulator = workload.emulator();
    for (var service : List.of(emulator.kms(), emulator.sts(), emulator.oidcIssuer())) {
      failing.fail(service);
    }
    Patience.assertSoon(() -> Unchecked.get(this::readAnew));
  }
}
