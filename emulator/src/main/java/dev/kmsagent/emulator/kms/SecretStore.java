package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The secrets of one account in one region, by name. Each change is whole or not at all, and kept
 * by the archive before anybody sees it. Safe for many threads.
 */
public final class SecretStore {
  /** How long a deletion waits where nobody says otherwise. */
  public static final Duration USUAL_WINDOW = Duration.ofDays(30);

  private final InstantSource clock;
  private final SecretPersistence archive;
  private SortedMap<String, Secret> byName = new TreeMap<>();

  /** The archive's secrets, changed from now on at the time of this clock. */
  public SecretStore(InstantSource clock, SecretPersistence archive) {
    this.clock = clock;
    this.archive = archive;
    archive.secrets().forEach(secret -> byName.put(secret.name(), secret));
  }

  /** Every secret, in the order of names. */
  public synchronized List<Secret> all() {
    Instant now = clock.instant();
    return byName.values().stream().filter(secret -> !secret.deletedAt(now)).toList();
  }

  /** The secret of this name. */
  public synchronized Result<Secret> find(String name) {
    Secret secret = byName.get(name);
    return secret == null || secret.deletedAt(clock.instant())
        ? new Result.Refused<>(SecretErrors.notFound())
        : new Result.Done<>(secret);
  }

  /** A secret and the version of it that was asked for. */
  public record Read(Secret secret, SecretVersion version) {}

  /** Reads the value of one version. */
  public Result<Read> read(String name, VersionSelector selector) {
    return find(name)
        .then(SecretStore::readable)
        .then(secret -> selector.select(secret).map(version -> new Read(secret, version)));
  }

  /** Creates a secret whose first version is current. */
  public synchronized Result<Secret> create(
      String name, SecretMetadata profile, String versionId, SecretValue value) {
    return switch (find(name)) {
      case Result.Refused<Secret> _ -> keep(newborn(name, profile, versionId, value));
      case Result.Done<Secret>(var secret) ->
          usable(secret).then(_ -> new Result.Refused<>(SecretErrors.exists()));
    };
  }

  /** Adds a secret as it is, unless there is one of its name. */
  public synchronized void addIfAbsent(Secret secret) {
    if (find(secret.name()) instanceof Result.Refused) {
      keep(secret);
    }
  }

  /** Adds a version with these stages; one that exists with the same value is left as it is. */
  public Result<Secret> put(String name, String versionId, SecretValue value, List<String> stages) {
    return restage(name, (secret, now) -> secret.versions().put(versionId, value, stages, now));
  }

  /** Adds a current version with an id and a value of the emulator's making. */
  public Result<Secret> rotate(String name) {
    var current = List.of(SecretVersion.CURRENT);
    return restage(
        name,
        (secret, now) -> {
          Rotation next = Rotation.of(secret);
          return secret.versions().put(next.versionId(), next.value(), current, now);
        });
  }

  /** Moves a stage to a version, from whichever carries it. */
  public Result<Secret> moveStage(String name, String stage, String toVersion) {
    return restage(name, (secret, _) -> secret.versions().move(stage, toVersion));
  }

  /** Moves a stage from the version that must carry it to another. */
  public Result<Secret> moveStage(String name, String stage, String fromVersion, String toVersion) {
    return restage(
        name,
        (secret, _) ->
            secret
                .versions()
                .remove(stage, fromVersion)
                .then(_ -> secret.versions().move(stage, toVersion)));
  }

  /** Takes a stage off the version that must carry it. */
  public Result<Secret> removeStage(String name, String stage, String fromVersion) {
    return restage(name, (secret, _) -> secret.versions().remove(stage, fromVersion));
  }

  /** Plans a deletion: for so long the secret can be restored and not be read, then it is gone. */
  public Result<Secret> scheduleDeletion(String name, Duration window) {
    Instant moment = clock.instant().plus(window);
    return change(name, secret -> usable(secret).map(s -> s.deletedFrom(moment)));
  }

  /** Takes a planned deletion back. */
  public Result<Secret> restore(String name) {
    return change(
        name,
        secret ->
            secret.deletion().isEmpty()
                ? new Result.Refused<>(SecretErrors.notInDeletion())
                : new Result.Done<>(secret.deletedFrom(null)));
  }

  /** Lets keys read the secret's value, or not. */
  public Result<Secret> setAccess(String name, Secret.Access access) {
    return change(name, secret -> new Result.Done<>(secret.with(access)));
  }

  private Secret newborn(String name, SecretMetadata profile, String versionId, SecretValue value) {
    Instant now = clock.instant();
    Versions versions = Versions.first(versionId, value, now);
    return new Secret(name, profile, versions, now, now, null, Secret.Access.ALLOWED);
  }

  private static Result<Secret> readable(Secret secret) {
    return secret.access() == Secret.Access.DENIED
        ? new Result.Refused<>(SecretErrors.denied())
        : usable(secret);
  }

  private static Result<Secret> usable(Secret secret) {
    return secret.deletion().isPresent()
        ? new Result.Refused<>(SecretErrors.inDeletion())
        : new Result.Done<>(secret);
  }

  private Result<Secret> restage(String name, BiFunction<Secret, Instant, Result<Versions>> step) {
    Instant now = clock.instant();
    return change(
        name,
        secret ->
            usable(secret).then(s -> step.apply(s, now)).map(later -> secret.with(later, now)));
  }

  private synchronized Result<Secret> change(String name, Function<Secret, Result<Secret>> step) {
    return find(name).then(step).then(this::keep);
  }

  private Result<Secret> keep(Secret secret) {
    var changed = new TreeMap<>(byName);
    changed.put(secret.name(), secret);
    archive.keep(List.copyOf(changed.values()));
    byName = changed;
    return new Result.Done<>(secret);
  }
}
