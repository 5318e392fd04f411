package dev.kmsagent.deploy;

import dev.kmsagent.testkit.SystemCommand;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The images that the Dockerfiles make, each made once. */
final class Images {
  private static final String AGENT = "localhost/kms-agent-test:agent";
  private static final String DEV = "localhost/kms-agent-test:dev";
  private static final String GUIDE = "localhost/kms-agent-test:guide";
  private static final String APPLICATION = "localhost/kms-agent-test:application";

  /** What a build has where neither user namespaces nor a network of its own are to be had. */
  static final String OPTIONS = "--isolation=chroot --network=host";

  private static final Map<String, String> BUILT = new ConcurrentHashMap<>();

  private Images() {}

  /** The agent's, of the jars that this build made. */
  static String agent() {
    return BUILT.computeIfAbsent(AGENT, _ -> buildAgent(AGENT));
  }

  /** The one for development. */
  static String dev() {
    return BUILT.computeIfAbsent(DEV, _ -> buildAgent("--dev", DEV));
  }

  /** The agent's with the configuration of the guide. */
  static String guide() {
    var image = "IMAGE=" + agent();
    return build(GUIDE, "configured.Dockerfile", "kubernetes/seed", image);
  }

  static String application() {
    return build(APPLICATION, "app.Dockerfile", "image", "BASE=" + Podman.DEBIAN);
  }

  /** What the agent's image is built on. */
  static String base() {
    return Podman.DEBIAN
        + "@"
        + Podman.run("image", "inspect", "--format", "{{.Digest}}", Podman.DEBIAN);
  }

  private static String buildAgent(String... arguments) {
    var _ =
        SystemCommand.of(Clone.deploy().resolve("image/build"))
            .and((Object[]) arguments)
            .with("ENGINE", "podman")
            .with("JARS", "given")
            .with("BUILD_BASE", Podman.DEBIAN)
            .with("BASE", base())
            .with("BUILD_OPTS", OPTIONS)
            .run()
            .outputOfSuccess();
    return arguments[arguments.length - 1];
  }

  private static String build(String name, String file, String context, String argument) {
    var build = Podman.command("build").and((Object[]) OPTIONS.split(" "));
    return BUILT.computeIfAbsent(
        name,
        _ -> {
          var _ =
              build
                  .and("--file", Clone.deploy().resolve("image").resolve(file))
                  .and("--tag", name, "--build-arg", argument, Clone.deploy().resolve(context))
                  .run()
                  .outputOfSuccess();
          return name;
        });
  }
}
