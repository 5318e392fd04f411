package dev.kmsagent.domain;

import java.util.List;

/** Which version of a secret is meant. */
public sealed interface VersionSelector {
  /** The version in use; naming {@code ACSCurrent} and naming nothing are the same. */
  VersionSelector CURRENT = new ByStage(Stage.CURRENT);

  /** Whether a version with this id and these stages is one that is meant. */
  boolean selects(VersionId id, List<Stage> stages);

  /** The version that carries {@code stage}. */
  record ByStage(Stage stage) implements VersionSelector {
    @Override
    public boolean selects(VersionId id, List<Stage> stages) {
      return stages.contains(stage);
    }
  }

  /** The version called {@code id}. */
  record ById(VersionId id) implements VersionSelector {
    @Override
    public boolean selects(VersionId id, List<Stage> stages) {
      return this.id.equals(id);
    }
  }

  /** The version called {@code id}, provided that it carries {@code stage}. */
  record ByIdAndStage(VersionId id, Stage stage) implements VersionSelector {
    @Override
    public boolean selects(VersionId id, List<Stage> stages) {
      return this.id.equals(id) && stages.contains(stage);
    }
  }
}
