package dev.kmsagent.deploy;

import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The images that the Dockerfiles make, each made once. */
final class Images {
  /** What a build has where neither user namespaces nor a network of its own are to be had. */
  static final String OPTIONS = "--isolation=chroot --network=host";

  private static final Path FOLDER =
      Clone.root().resolve("config/src/test/resources/dev/kmsagent/config/loading");

  /** An authority that the Debian has in which the agent's images are built. */
  static final Path AUTHORITY = FOLDER.resolve("authority.pem");

  private static final String BUILD_BASE =
      "printf 'FROM %s\\nCOPY authority.pem /usr/local/share/ca-certificates/own.crt\\n' $0"
          + " | podman build $1 --tag $2 --file - $3";

  private static final Map<String, String> MADE = new ConcurrentHashMap<>();

  private Images() {}

  private static String image(String name, Function<String, SystemCommand> build) {
    return MADE.computeIfAbsent(
        "localhost/kms-agent-test:" + name,
        tag -> {
          var _ = build.apply(tag).run().outputOfSuccess();
          return tag;
        });
  }

  /** The agent's, of the jars that this build made. */
  static String agent() {
    var buildBase = buildBase();
    return image("agent", tag -> ofAgent(buildBase, tag));
  }

  /** The one for development. */
  static String dev() {
    var buildBase = buildBase();
    return image("dev", tag -> ofAgent(buildBase, "--dev", tag));
  }

  private static String buildBase() {
    return image(
        "build-base",
        tag -> SystemCommand.of("sh", "-c", BUILD_BASE, Podman.DEBIAN, OPTIONS, tag, FOLDER));
  }

  /** The agent's with the configuration of the guide. */
  static String guide() {
    var agent = agent();
    return image(
        "guide", tag -> of(tag, "configured.Dockerfile", "kubernetes/seed", "IMAGE=" + agent));
  }

  static String application() {
    return image("application", tag -> of(tag, "app.Dockerfile", "image", "BASE=" + Podman.DEBIAN));
  }

  /** What the agent's image is built on. */
  static String base() {
    return Podman.DEBIAN
        + "@"
        + Podman.run("image", "inspect", "--format", "{{.Digest}}", Podman.DEBIAN);
  }

  private static SystemCommand ofAgent(String buildBase, Object... arguments) {
    return SystemCommand.of(Clone.deploy().resolve("image/build"))
        .and(arguments)
        .with("ENGINE", "podman")
        .with("JARS", "given")
        .with("BUILD_BASE", buildBase)
        .with("BASE", base())
        .with("BUILD_OPTS", OPTIONS);
  }

  private static SystemCommand of(String tag, String file, String context, String argument) {
    return Podman.command("build")
        .and((Object[]) OPTIONS.split(" "))
        .and("--file", Clone.deploy().resolve("image").resolve(file))
        .and("--tag", tag, "--build-arg", argument, Clone.deploy().resolve(context));
  }
}
