package dev.kmsagent.domain;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

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
  public record Dependency(Status status, String detail, Optional<Failure> failure) {
    /** One that has not failed. */
    public Dependency(Status status, String detail) {
      this(status, detail, Optional.empty());
    }
  }

  /**
   * How a dependency fails.
   *
   * @param outcome the class of its last failure, as in metrics
   * @param code of the last failure, as the cloud said it; may be empty
   * @param symptom the section of the page of symptoms that is about it
   */
  public record Failure(Instant since, String outcome, String code, String symptom) {}

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
