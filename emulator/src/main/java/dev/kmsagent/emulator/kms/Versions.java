package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The versions of one secret, oldest first. Each stage is on one version at most; ids do not
 * repeat.
 */
public record Versions(List<SecretVersion> all) {
  /** One version more than these pushes out the oldest that is not current. */
  public static final int MAX_VERSIONS = 10;

  /** A secret has no more stages than these. */
  public static final int MAX_STAGES = 8;

  public Versions {
    all = List.copyOf(all);
  }

  /** A first version, which is the current one. */
  static Versions first(String id, SecretValue value, Instant now) {
    return new Versions(List.of(new SecretVersion(id, value, List.of(SecretVersion.CURRENT), now)));
  }

  /** The version of this id, if any. */
  public Optional<SecretVersion> byId(String id) {
    return find(version -> version.id().equals(id));
  }

  /** The version that carries this stage, if any. */
  public Optional<SecretVersion> byStage(String stage) {
    return find(version -> version.stages().contains(stage));
  }

  /** One version more, with these stages; the same version again changes nothing. */
  Result<Versions> put(String id, SecretValue value, List<String> stages, Instant now) {
    Optional<SecretVersion> same = byId(id);
    if (same.isPresent()) {
      return same.get().value().equals(value)
          ? new Result.Done<>(this)
          : new Result.Refused<>(SecretErrors.versionExists());
    }
    var grown = new ArrayList<>(roomForOne());
    grown.add(new SecretVersion(id, value, List.of(), now));
    var staged = new Versions(grown);
    for (String stage : stages) {
      staged = staged.attach(stage, id);
    }
    return staged.withinLimits();
  }

  /** A stage moved to a version, from whichever carries it; what was current becomes previous. */
  Result<Versions> move(String stage, String toId) {
    return byId(toId).isEmpty()
        ? new Result.Refused<>(SecretErrors.notFound())
        : attach(stage, toId).withinLimits();
  }

  /** A stage taken off the version that must carry it. */
  Result<Versions> remove(String stage, String fromId) {
    Optional<SecretVersion> version = byId(fromId);
    if (version.isEmpty()) {
      return new Result.Refused<>(SecretErrors.notFound());
    }
    return version.get().stages().contains(stage)
        ? new Result.Done<>(detach(stage))
        : new Result.Refused<>(SecretErrors.stageElsewhere());
  }

  /** All, or all but the oldest that is not current where there are as many as there may be. */
  private List<SecretVersion> roomForOne() {
    var kept = new ArrayList<>(all);
    if (kept.size() >= MAX_VERSIONS) {
      all.stream()
          .filter(version -> !version.stages().contains(SecretVersion.CURRENT))
          .findFirst()
          .ifPresent(kept::remove);
    }
    return kept;
  }

  private Versions attach(String stage, String id) {
    Optional<SecretVersion> before = byStage(stage).filter(version -> !version.id().equals(id));
    Versions moved = detach(stage).change(id, version -> version.with(stage));
    return stage.equals(SecretVersion.CURRENT) && before.isPresent()
        ? moved.attach(SecretVersion.PREVIOUS, before.get().id())
        : moved;
  }

  private Versions detach(String stage) {
    return new Versions(all.stream().map(version -> version.without(stage)).toList());
  }

  private Versions change(String id, UnaryOperator<SecretVersion> step) {
    return new Versions(
        all.stream()
            .map(version -> version.id().equals(id) ? step.apply(version) : version)
            .toList());
  }

  private Result<Versions> withinLimits() {
    int stages = all.stream().mapToInt(version -> version.stages().size()).sum();
    return stages > MAX_STAGES
        ? new Result.Refused<>(SecretErrors.tooManyStages())
        : new Result.Done<>(this);
  }

  private Optional<SecretVersion> find(Predicate<SecretVersion> wanted) {
    return all.stream().filter(wanted).findFirst();
  }
}
