package dev.kmsagent.bootstrap.soak;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** One of the agents: what it has shown to hold, and what it uses. */
final class Target {
  /** A kept connection may be closed while it is attacked, at the moment of a request. */
  private static final String LAST = "Connection: close";

  private final String name;
  final AgentProcess process;

  /** When the call to KMS that returned the cached value began, at the earliest. */
  private final Map<KmsSecret, Long> readAt = new ConcurrentHashMap<>();

  private final Map<Figure, List<Double>> used = new ConcurrentHashMap<>();

  /** What is measured, and by how much it may grow. */
  enum Figure {
    RESIDENT("resident memory, MiB", 24),
    HEAP("heap after a full collection, MiB", 4),
    THREADS("threads", 8),
    DESCRIPTORS("descriptors", 16);

    private final String title;
    private final double tolerance;

    Figure(String title, double tolerance) {
      this.title = title;
      this.tolerance = tolerance;
    }
  }

  Target(String name, AgentProcess process) {
    this.name = name;
    this.process = process;
  }

  /** When the value that it has shown to hold was read; {@link Judge#NEVER} if it has none. */
  long readAt(KmsSecret secret) {
    return readAt.getOrDefault(secret, Judge.NEVER);
  }

  void served(KmsSecret secret, long time) {
    readAt.merge(secret, time, Math::max);
  }

  AgentAnswer read(String secretName, String token) {
    var request = ClientConnection.secretRequest(secretName, token, LAST);
    return ClientConnection.exchange(process.port(), request);
  }

  AgentAnswer page(String path) {
    var request = ClientConnection.request(path, LAST);
    return ClientConnection.exchange(process.management().port(), request);
  }

  /** How many keys it was given. */
  double renewals() {
    return page("/metrics").metric("kms_agent_credentials_renewals_total{result=\"obtained\"}");
  }

  /** Whether something that it depends on works. */
  boolean isUp(String dependency) {
    return page("/readyz").ofDependency(dependency, "status").equals("UP");
  }

  void sample() {
    add(Figure.RESIDENT, process.status("VmRSS:") / 1024.0);
    add(Figure.THREADS, process.status("Threads:"));
    add(Figure.DESCRIPTORS, process.openFiles());
  }

  /** Has it collect its garbage: by itself it would do so only in a full heap. */
  void sampleHeap() {
    var histogram =
        SystemCommand.of(SystemCommand.jdk("jcmd"), process.pid(), "GC.class_histogram").run();
    var total = histogram.outputOfSuccess().strip().replaceFirst("(?s).* ", "");
    add(Figure.HEAP, Long.parseLong(total) / 1048576.0);
  }

  private void add(Figure figure, double value) {
    used.computeIfAbsent(figure, _ -> new CopyOnWriteArrayList<>()).add(value);
  }

  /** Whether it used no more of all in the last third of the time than before. */
  boolean isFlat() {
    return Arrays.stream(Figure.values()).allMatch(this::isFlat);
  }

  private boolean isFlat(Figure figure) {
    var before = Math.max(quartile(figure, 0), quartile(figure, 1));
    return quartile(figure, 2) <= before + figure.tolerance;
  }

  /**
   * The lower quartile of a third: a leak raises it, and the connections of attackers that come and
   * go do not.
   */
  private double quartile(Figure figure, int third) {
    var all = used.getOrDefault(figure, List.of(0.0));
    var values =
        all.subList(all.size() * third / 3, Math.ceilDiv(all.size() * (third + 1), 3)).stream()
            .sorted()
            .toList();
    return values.get(values.size() / 4);
  }

  /** A row for each figure. */
  String report() {
    return Arrays.stream(Figure.values())
        .map(
            figure ->
                "| %s | %s | %.0f | %.0f | %.0f | %s |%n"
                    .formatted(
                        name,
                        figure.title,
                        quartile(figure, 0),
                        quartile(figure, 1),
                        quartile(figure, 2),
                        isFlat(figure) ? "yes" : "**no**"))
        .collect(joining());
  }

  @Override
  public String toString() {
    return name;
  }
}
