package dev.kmsagent.domain;

import java.util.List;
import java.util.Optional;

/**
 * The version of a secret that is requested: by its id, by a stage, or by both.
 *
 * @param id that the version has
 * @param stage that the version carries
 */
public record VersionSelector(Optional<VersionId> id, Optional<Stage> stage) {
  /** The version in use; naming {@code ACSCurrent} and naming nothing are the same. */
  public static final VersionSelector CURRENT = byStage(Stage.CURRENT);

  public VersionSelector {
    if (id.isEmpty() && stage.isEmpty()) {
      throw new IllegalArgumentException("a version is requested by its id, a stage or both");
    }
  }

  public static VersionSelector byStage(Stage stage) {
    return new VersionSelector(Optional.empty(), Optional.of(stage));
  }

  /** Whether it selects a version with this id and these stages. */
  public boolean selects(VersionId version, List<Stage> stages) {
    return id.stream().allMatch(version::equals) && stage.stream().allMatch(stages::contains);
  }
}
