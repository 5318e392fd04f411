package dev.kmsagent.domain;

import java.time.Instant;
import java.util.List;
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

  /**
   * One thing that the agent depends on.
   *
   * @param detail a sentence for people
   * @param failing what exactly fails, for the operator alone: it names secrets, roles or pods
   */
  public record Dependency(
      Status status, String detail, Optional<Failure> failure, List<String> failing) {
    public Dependency {
      failing = List.copyOf(failing);
    }

    /** One that has not failed. */
    public Dependency(Status status, String detail) {
      this(status, detail, Optional.empty());
    }

    /** One of which nothing exact is known to fail. */
    public Dependency(Status status, String detail, Optional<Failure> failure) {
      this(status, detail, failure, List.of());
    }

    /** The same, with what exactly fails. */
    public Dependency naming(List<String> names) {
      return new Dependency(status, detail, failure, names);
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
