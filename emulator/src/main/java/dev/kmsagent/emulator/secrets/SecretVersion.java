package dev.kmsagent.emulator.secrets;

import java.time.Instant;
import java.util.List;

/** One version of a secret; one without stages is deprecated. */
public record SecretVersion(String id, SecretValue value, List<String> stages, Instant created) {

  /** The stage of the version that readers get unless they ask otherwise. */
  public static final String CURRENT = "ACSCurrent";

  /** The stage of the version that was current before. */
  public static final String PREVIOUS = "ACSPrevious";

  public SecretVersion {
    stages = List.copyOf(stages);
  }

  /** The same version with other stages. */
  SecretVersion staged(List<String> others) {
    return new SecretVersion(id, value, others, created);
  }
}
