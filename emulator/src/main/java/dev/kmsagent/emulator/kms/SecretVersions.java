package dev.kmsagent.emulator.kms;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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

  /** The same, all created at this moment. */
  SecretVersions createdAt(Instant now) {
    return new SecretVersions(all.stream().map(version -> version.createdAt(now)).toList());
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

  Optional<StoredVersion> byId(String id) {
    return find(version -> version.id().equals(id));
  }

  /**
   * One more version, which becomes current; what was current becomes previous. A version that
   * exists with the same value changes nothing.
   */
  SecretVersions put(String id, StoredValue value, Instant now) {
    Optional<StoredVersion> existing = byId(id);
    if (existing.isPresent()) {
      KmsErrors.VERSION_EXISTS.unless(existing.get().value().equals(value));
      return this;
    }
    var versions = new ArrayList<>(withRoomForOne());
    versions.replaceAll(SecretVersions::whenAnotherIsCurrent);
    versions.add(new StoredVersion(id, value, List.of(StoredVersion.CURRENT), now));
    return new SecretVersions(versions);
  }

  private List<StoredVersion> withRoomForOne() {
    var kept = new ArrayList<>(all);
    if (kept.size() >= MAX_VERSIONS) {
      find(version -> !version.stages().contains(StoredVersion.CURRENT)).ifPresent(kept::remove);
    }
    return kept;
  }

  private static StoredVersion whenAnotherIsCurrent(StoredVersion version) {
    StoredVersion older = version.withoutStage(StoredVersion.PREVIOUS);
    return older.stages().contains(StoredVersion.CURRENT)
        ? older.withoutStage(StoredVersion.CURRENT).withStage(StoredVersion.PREVIOUS)
        : older;
  }

  private Optional<StoredVersion> find(Predicate<StoredVersion> wanted) {
    return all.stream().filter(wanted).findFirst();
  }
}
