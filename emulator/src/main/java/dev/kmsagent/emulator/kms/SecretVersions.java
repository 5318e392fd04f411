package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The versions of one secret, oldest first. Ids are unique, and a stage is on one version at most.
 */
public record SecretVersions(List<StoredVersion> all) {
  /** One version more removes the oldest that is not current. */
  public static final int MAX_VERSIONS = 10;

  /** How many stages all versions have together at most. */
  public static final int MAX_STAGES = 8;

  public SecretVersions {
    all = List.copyOf(all);
  }

  /** A first version, which is the current one. */
  static SecretVersions first(String id, StoredValue value, Instant now) {
    var stages = List.of(StoredVersion.CURRENT);
    return new SecretVersions(List.of(new StoredVersion(id, value, stages, now)));
  }

  /** The version of this id, if any. */
  public Optional<StoredVersion> byId(String id) {
    return find(version -> version.id().equals(id));
  }

  /** The version that carries this stage, if any. */
  public Optional<StoredVersion> byStage(String stage) {
    return find(version -> version.stages().contains(stage));
  }

  /** The version of this id, if it carries the stage; without an id the current one by default. */
  Optional<StoredVersion> select(Optional<String> id, Optional<String> stage) {
    return id.isEmpty()
        ? byStage(stage.orElse(StoredVersion.CURRENT))
        : byId(id.get())
            .filter(version -> stage.isEmpty() || version.stages().contains(stage.get()));
  }

  /** One more version with these stages; one that exists with the same value changes nothing. */
  Result<SecretVersions> put(String id, StoredValue value, List<String> stages, Instant now) {
    Optional<StoredVersion> existing = byId(id);
    if (existing.isPresent()) {
      return Result.done(this)
          .filter(_ -> existing.get().value().equals(value), KmsErrors.VERSION_EXISTS);
    }
    var grown = withRoomForOne();
    grown.add(new StoredVersion(id, value, List.of(), now));
    var staged = new SecretVersions(grown);
    for (String stage : stages) {
      staged = staged.attach(stage, id);
    }
    return staged.withinLimits();
  }

  /**
   * Moves a stage from a version, which must carry it, to another; either may be absent. What was
   * current becomes previous.
   */
  Result<SecretVersions> move(String stage, Optional<String> fromId, Optional<String> toId) {
    Result<SecretVersions> removed =
        fromId.isEmpty() ? Result.done(this) : remove(stage, fromId.get());
    return toId.isEmpty()
        ? removed
        : removed
            .filter(_ -> byId(toId.get()).isPresent(), KmsErrors.NOT_FOUND)
            .then(_ -> attach(stage, toId.get()).withinLimits());
  }

  private Result<SecretVersions> remove(String stage, String fromId) {
    return Result.of(byId(fromId), KmsErrors.NOT_FOUND)
        .filter(version -> version.stages().contains(stage), KmsErrors.STAGE_ELSEWHERE)
        .map(_ -> detach(stage));
  }

  private List<StoredVersion> withRoomForOne() {
    var kept = new ArrayList<>(all);
    if (kept.size() >= MAX_VERSIONS) {
      find(version -> !version.stages().contains(StoredVersion.CURRENT)).ifPresent(kept::remove);
    }
    return kept;
  }

  private SecretVersions attach(String stage, String id) {
    Optional<StoredVersion> before = byStage(stage).filter(version -> !version.id().equals(id));
    SecretVersions moved =
        detach(stage)
            .change(version -> version.id().equals(id) ? version.withStage(stage) : version);
    return stage.equals(StoredVersion.CURRENT) && before.isPresent()
        ? moved.attach(StoredVersion.PREVIOUS, before.get().id())
        : moved;
  }

  private SecretVersions detach(String stage) {
    return change(version -> version.withoutStage(stage));
  }

  private SecretVersions change(UnaryOperator<StoredVersion> step) {
    return new SecretVersions(all.stream().map(step).toList());
  }

  private Result<SecretVersions> withinLimits() {
    int stages = all.stream().mapToInt(version -> version.stages().size()).sum();
    return stages > MAX_STAGES
        ? Result.refused(KmsErrors.tooMany("stages", MAX_STAGES))
        : Result.done(this);
  }

  private Optional<StoredVersion> find(Predicate<StoredVersion> wanted) {
    return all.stream().filter(wanted).findFirst();
  }
}
