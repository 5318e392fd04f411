package dev.kmsagent.emulator.secrets;

import dev.kmsagent.emulator.protocol.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A secret with its versions, oldest first, as it is at one moment. */
public record Secret(
    String name,
    String description,
    Map<String, String> tags,
    List<SecretVersion> versions,
    Instant created,
    Instant updated,
    @Nullable Instant plannedDeletion,
    Access access) {

  /** Whether anybody may read the secret's value. */
  public enum Access {
    /** The emulator's keys may read it. */
    ALLOWED,
    /** No key may. */
    DENIED
  }

  public Secret {
    tags = Map.copyOf(tags);
    versions = List.copyOf(versions);
  }

  /** When it is going to be deleted, if it is. */
  public Optional<Instant> deletion() {
    return Optional.ofNullable(plannedDeletion);
  }

  /** The version of this id, if any. */
  public Optional<SecretVersion> version(String id) {
    return find(version -> version.id().equals(id));
  }

  /** The version that carries this stage, if any. */
  public Optional<SecretVersion> staged(String stage) {
    return find(version -> version.stages().contains(stage));
  }

  private Optional<SecretVersion> find(Predicate<SecretVersion> wanted) {
    return versions.stream().filter(wanted).findFirst();
  }

  /** The secret with one more version, which takes over the current stage. */
  Result<Secret> put(String versionId, SecretValue value, Instant now) {
    Optional<SecretVersion> same = version(versionId);
    if (same.isPresent()) {
      return same.get().value().equals(value)
          ? new Result.Done<>(this)
          : new Result.Refused<>(Refusals.versionExists());
    }
    var all = new ArrayList<SecretVersion>();
    versions.forEach(version -> all.add(stepDown(version)));
    all.add(new SecretVersion(versionId, value, List.of(SecretVersion.CURRENT), now));
    return new Result.Done<>(withVersions(all, now));
  }

  private static SecretVersion stepDown(SecretVersion version) {
    var stages = new ArrayList<>(version.stages());
    stages.remove(SecretVersion.PREVIOUS);
    stages.replaceAll(s -> s.equals(SecretVersion.CURRENT) ? SecretVersion.PREVIOUS : s);
    return version.staged(stages);
  }

  Secret withVersions(List<SecretVersion> others, Instant now) {
    return new Secret(name, description, tags, others, created, now, plannedDeletion, access);
  }

  Secret deletedAt(@Nullable Instant moment) {
    return new Secret(name, description, tags, versions, created, updated, moment, access);
  }

  Secret with(Access other) {
    return new Secret(name, description, tags, versions, created, updated, plannedDeletion, other);
  }
}
