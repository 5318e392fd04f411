package dev.kmsagent.deploy;

import dev.kmsagent.testkit.SystemCommand;

/** The images that the Dockerfiles make, each made once. */
final class Images {
  private static final String AGENT = "localhost/kms-agent-test:agent";
  private static final String DEV = "localhost/kms-agent-test:dev";
  private static final String GUIDE = "localhost/kms-agent-test:guide";
  private static final String APPLICATION = "localhost/kms-agent-test:application";

  /** What a build has where neither user namespaces nor a network of its own are to be had. */
  static final String OPTIONS = "--isolation=chroot --network=host";

  private static final class Agent {
    static final String NAME = buildAgent(AGENT);
  }

  private static final class Dev {
    static final String NAME = buildAgent("--dev", DEV);
  }

  private static final class Guide {
    static final String NAME =
        build(GUIDE, "configured.Dockerfile", "kubernetes/seed", "IMAGE=" + agent());
  }

  private static final class Application {
    static final String NAME =
        build(APPLICATION, "app.Dockerfile", "image", "BASE=" + Podman.DEBIAN);
  }

  private Images() {}

  /** The agent's, of the jars that this build made. */
  static String agent() {
    return Agent.NAME;
  }

  /** The one for development. */
  static String dev() {
    return Dev.NAME;
  }

  /** The agent's with the configuration of the guide. */
  static String guide() {
    return Guide.NAME;
  }

  static String application() {
    return Application.NAME;
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
    var _ =
        Podman.command("build")
            .and((Object[]) OPTIONS.split(" "))
            .and("--file", Clone.deploy().resolve("image").resolve(file).toString())
            .and("--tag", name, "--build-arg", argument)
            .and(Clone.deploy().resolve(context).toString())
            .run()
            .outputOfSuccess();
    return name;
  }
}
