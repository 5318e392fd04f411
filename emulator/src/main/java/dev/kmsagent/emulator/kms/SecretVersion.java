package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One version of a secret; one without stages is deprecated. */
public record SecretVersion(String id, SecretValue value, List<String> stages, Instant created) {

  /** The stage of the version that readers get unless they ask otherwise. */
  public static final String CURRENT = "ACSCurrent";

  /** The stage of the version that was current before. */
  public static final String PREVIOUS = "ACSPrevious";

  public SecretVersion {
    requireNonNull(id);
    requireNonNull(value);
    requireNonNull(created);
    stages = List.copyOf(stages);
  }

  SecretVersion with(String stage) {
    var more = new ArrayList<>(stages);
    more.add(stage);
    return new SecretVersion(id, value, more, created);
  }

  SecretVersion without(String stage) {
    return new SecretVersion(
        id, value, stages.stream().filter(other -> !other.equals(stage)).toList(), created);
  }
}
