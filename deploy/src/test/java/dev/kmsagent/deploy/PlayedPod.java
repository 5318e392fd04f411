package dev.kmsagent.deploy;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A pod that Podman plays.
 *
 * @param volumes the ConfigMaps and Secrets, of which Podman makes volumes that it leaves there
 */
record PlayedPod(String name, List<String> volumes) implements AutoCloseable {
  /** One that has no names of its own, so that nothing answers for them. */
  private static final String NETWORK = "podman";

  static PlayedPod play(String name, Path file, List<String> volumes) {
    var pod = new PlayedPod(name, volumes);
    try {
      var _ = Podman.run("kube", "play", "--network", NETWORK, file);
      return pod;
    } catch (AssertionError failed) {
      pod.close();
      throw failed;
    }
  }

  /** The host as its pods see it. */
  static String gateway() {
    return Podman.run("network", "inspect", NETWORK, "--format", "{{(index .Subnets 0).Gateway}}");
  }

  /** What Podman calls a container of it. */
  String container(String container) {
    return name + "-" + container;
  }

  /** Its address, at which the kubelet reaches it. */
  String address() {
    var infra = Podman.run("pod", "inspect", "--format", "{{.InfraContainerID}}", name);
    return Podman.inspect(infra, "(index .NetworkSettings.Networks \"" + NETWORK + "\").IPAddress");
  }

  /** Waits until a probe of its agent is answered, as the kubelet asks from where it does. */
  void seeItAnswer(String probe) {
    var kubelet = SystemCommand.of("curl", "-fsS", "http://" + address() + ":12025" + probe);
    var _ = Patience.see(kubelet::run, answer -> answer.status() == 0);
  }

  /** A line of bash in a container. */
  CompletableFuture<SystemCommand.Outcome> start(String container, String line) {
    return Podman.command("exec", container(container), "bash", "-c", line).start();
  }

  SystemCommand.Outcome run(String container, String line) {
    return start(container, line).join();
  }

  /** Ends the first process of a container, as a crash does, and waits until it is started anew. */
  void crash(String container) {
    var starts = restarts(container);
    var process = Long.parseLong(Podman.inspect(container(container), ".State.Pid"));
    ProcessHandle.of(process).orElseThrow().destroyForcibly();
    var _ = Patience.see(() -> restarts(container), restarts -> restarts > starts);
  }

  private int restarts(String container) {
    return Integer.parseInt(Podman.inspect(container(container), ".RestartCount"));
  }

  int exitCode(String container) {
    return Integer.parseInt(Podman.inspect(container(container), ".State.ExitCode"));
  }

  /** What the log of a container holds, of both streams. */
  String log(String container) {
    return Podman.command("logs", container(container)).run().printed();
  }

  /** Stops the pod as the kubelet does: SIGTERM to each first process, SIGKILL after the grace. */
  void stop(int graceSeconds) {
    var _ = Podman.run("pod", "stop", "--time", graceSeconds, name);
  }

  @Override
  public void close() {
    var _ = Podman.command("pod", "rm", "--force", "--time", "0", name).run();
    for (var volume : volumes) {
      var _ = Podman.command("volume", "rm", "--force", volume).run();
      var _ = Podman.command("secret", "rm", "--ignore", volume).run();
    }
  }
}
