package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A version of a secret; a version without stages is deprecated. */
public record StoredVersion(String id, StoredValue value, List<String> stages, Instant created) {

  /** The stage of the version that a read without id and stage returns. */
  public static final String CURRENT = "ACSCurrent";

  /** The stage of the version that was current before. */
  public static final String PREVIOUS = "ACSPrevious";

  public StoredVersion {
    requireNonNull(id);
    requireNonNull(value);
    requireNonNull(created);
    stages = List.copyOf(stages);
  }

  /** A version that is yet to be created. */
  public static StoredVersion undated(String id, StoredValue value, List<String> stages) {
    return new StoredVersion(id, value, stages, Instant.EPOCH);
  }

  StoredVersion createdAt(Instant now) {
    return new StoredVersion(id, value, stages, now);
  }

  /** The same with one more stage. */
  public StoredVersion withStage(String stage) {
    var more = new ArrayList<>(stages);
    more.add(stage);
    return new StoredVersion(id, value, more, created);
  }

  StoredVersion withoutStage(String stage) {
    return new StoredVersion(
        id, value, stages.stream().filter(other -> !other.equals(stage)).toList(), created);
  }
}
