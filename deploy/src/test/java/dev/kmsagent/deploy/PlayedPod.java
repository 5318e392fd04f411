package dev.kmsagent.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A pod that Podman plays. */
final class PlayedPod implements AutoCloseable {
  /** One that has no names of its own, so that nothing answers for them. */
  private static final String NETWORK = "podman";

  private final String name;
  private final List<String> volumes;

  private PlayedPod(String name, List<String> volumes) {
    this.name = name;
    this.volumes = volumes;
  }

  /** Plays a Deployment of this name. */
  static PlayedPod play(String name, List<HasMetadata> resources, Path folder) throws IOException {
    var file = Files.writeString(folder.resolve(name + ".yaml"), text(resources));
    var pod = new PlayedPod(name, namesOfVolumes(resources));
    try {
      var _ = Podman.run("kube", "play", "--network", NETWORK, file.toString());
      return pod;
    } catch (AssertionError failed) {
      pod.close();
      throw failed;
    }
  }

  private static String text(List<HasMetadata> resources) throws IOException {
    var json = new ObjectMapper();
    var text = new StringBuilder();
    for (var resource : resources) {
      text.append("---\n").append(json.writeValueAsString(resource)).append('\n');
    }
    return text.toString();
  }

  /** Podman makes a volume of each ConfigMap and Secret, and leaves it there. */
  private static List<String> namesOfVolumes(List<HasMetadata> resources) {
    return resources.stream()
        .filter(it -> !(it instanceof Deployment))
        .map(it -> it.getMetadata().getName())
        .toList();
  }

  /** The host as its pods see it. */
  static String gateway() {
    return Podman.run("network", "inspect", NETWORK, "--format", "{{(index .Subnets 0).Gateway}}");
  }

  /** What Podman calls a container of it. */
  String container(String container) {
    return name + "-pod-" + container;
  }

  /** Its address, at which the kubelet reaches it. */
  String address() {
    var infra = Podman.inspect(name + "-pod", ".InfraContainerID");
    return Podman.inspect(infra, "(index .NetworkSettings.Networks \"" + NETWORK + "\").IPAddress");
  }

  /** Waits until a probe of its agent is answered, as the kubelet asks from where it does. */
  void seeItAnswer(String probe) {
    var request = HttpRequest.newBuilder(URI.create("http://" + address() + ":12025" + probe));
    try (var kubelet = HttpClient.newHttpClient()) {
      var _ = Patience.see(() -> status(kubelet, request.build()), status -> status == 200);
    }
  }

  private static int status(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException refused) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A line of bash in a container. */
  CompletableFuture<SystemCommand.Outcome> start(String container, String line) {
    return Podman.command("exec", container(container), "bash", "-c", line).start();
  }

  SystemCommand.Outcome run(String container, String line) {
    return start(container, line).join();
  }

  /** Ends the first process of a container, as a crash does. */
  void crash(String container) {
    var process = Long.parseLong(Podman.inspect(container(container), ".State.Pid"));
    ProcessHandle.of(process).orElseThrow().destroyForcibly();
  }

  /** What the log of a container holds, of both streams. */
  String log(String container) {
    var outcome = Podman.command("logs", container(container)).run();
    return outcome.output() + outcome.errors();
  }

  /** Stops the pod as the kubelet does: SIGTERM to each first process, SIGKILL after the grace. */
  void stop(int graceSeconds) {
    var _ = Podman.run("pod", "stop", "--time", Integer.toString(graceSeconds), name + "-pod");
  }

  /** How often a container was started anew. */
  int restarts(String container) {
    return Integer.parseInt(Podman.inspect(container(container), ".RestartCount"));
  }

  int exitCode(String container) {
    return Integer.parseInt(Podman.inspect(container(container), ".State.ExitCode"));
  }

  @Override
  public void close() {
    var _ = Podman.command("pod", "rm", "--force", "--time", "0", name + "-pod").run();
    for (var volume : volumes) {
      var _ = Podman.command("volume", "rm", "--force", volume).run();
      var _ = Podman.command("secret", "rm", "--ignore", volume).run();
    }
  }
}
