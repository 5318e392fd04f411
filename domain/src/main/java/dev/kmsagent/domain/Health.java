package dev.kmsagent.domain;

import java.util.Map;

/**
 * The health of the agent, by dependency.
 *
 * @param dependencies by name, e.g. {@code kms}, {@code prefetch}
 */
public record Health(Status status, Map<String, Dependency> dependencies) {
  public Health {
    dependencies = Map.copyOf(dependencies);
  }

  /** One thing that the agent depends on; {@code detail} is a sentence for people. */
  public record Dependency(Status status, String detail) {}

  /** From good to bad. */
  public enum Status {
    /** All is well. */
    UP,
    /** It works, but something that it leans on does not: clients are served. */
    DEGRADED,
    /** It cannot do its work. */
    DOWN
  }
}
