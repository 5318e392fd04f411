package dev.kmsagent.domain;

import java.util.List;
import java.util.Optional;

/** The version of a secret that is requested. */
public sealed interface VersionSelector {
  /** The version in use; naming {@code ACSCurrent} and naming nothing are the same. */
  VersionSelector CURRENT = new ByStage(Stage.CURRENT);

  /** Whether it selects a version with this id and these stages. */
  boolean selects(VersionId id, List<Stage> stages);

  /** The id that the version must have, if any. */
  Optional<VersionId> wantedId();

  /** The stage that the version must carry, if any. */
  Optional<Stage> wantedStage();

  /** The version that carries {@code stage}. */
  record ByStage(Stage stage) implements VersionSelector {
    @Override
    public boolean selects(VersionId id, List<Stage> stages) {
      return stages.contains(stage);
    }

    @Override
    public Optional<Stage> wantedStage() {
      return Optional.of(stage);
    }

    @Override
    public Optional<VersionId> wantedId() {
      return Optional.empty();
    }
  }

  /** The version called {@code id}. */
  record ById(VersionId id) implements VersionSelector {
    @Override
    public boolean selects(VersionId id, List<Stage> stages) {
      return this.id.equals(id);
    }

    @Override
    public Optional<VersionId> wantedId() {
      return Optional.of(id);
    }

    @Override
    public Optional<Stage> wantedStage() {
      return Optional.empty();
    }
  }

  /** The version called {@code id}, provided that it carries {@code stage}. */
  record ByIdAndStage(VersionId id, Stage stage) implements VersionSelector {
    @Override
    public boolean selects(VersionId id, List<Stage> stages) {
      return this.id.equals(id) && stages.contains(stage);
    }

    @Override
    public Optional<VersionId> wantedId() {
      return Optional.of(id);
    }

    @Override
    public Optional<Stage> wantedStage() {
      return Optional.of(stage);
    }
  }
}
