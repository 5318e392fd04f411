package dev.kmsagent.bootstrap.e2e;

import java.nio.file.Path;

/**
 * The classes of the agent, loaded once and kept for all the agents of a test run (JEP 350): half
 * of what it costs to start one. Made by an agent that reads a secret and ends.
 */
final class ClassArchive {
  private static final String OPTION =
      Distribution.isSelfContained()
          ? ""
          : "-XX:SharedArchiveFile="
              + make(Distribution.folder().resolveSibling("e2e-classes.jsa"));

  private ClassArchive() {}

  /** The option of the JVM that takes classes from there; none where it has a cache of its own. */
  static String option() {
    return OPTION;
  }

  private static Path make(Path file) {
    try (var cloud = Cloud.start();
        var agent =
            AgentProcess.start(
                cloud
                    .completed(AgentSetup.plain())
                    .withJavaOptions("-XX:ArchiveClassesAtExit=" + file))) {
      agent.client().secret(cloud.newSecret("value"));
      agent.terminate().exit();
      return file;
    } catch (Exception e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
