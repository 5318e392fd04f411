package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The secrets of one account in one region, by name. Each change is atomic, and saved before
 * anybody can read it. Safe for many threads.
 */
public final class SecretStore {
  /** The recovery window of a deletion that names none. */
  public static final Duration DEFAULT_WINDOW = Duration.ofDays(30);

  private final InstantSource clock;
  private final Consumer<List<StoredSecret>> save;
  private SortedMap<String, StoredSecret> byName = new TreeMap<>();

  /** No secrets; they are lost when the emulator ends. */
  public SecretStore(InstantSource clock) {
    this(clock, List.of(), _ -> {});
  }

  /**
   * Starts with these secrets. Changes are dated by this clock; {@code save} gets all secrets at
   * each change, and the change fails if it throws.
   */
  public SecretStore(
      InstantSource clock, List<StoredSecret> secrets, Consumer<List<StoredSecret>> save) {
    this.clock = clock;
    this.save = save;
    secrets.forEach(secret -> byName.put(secret.name(), secret));
  }

  /** All secrets, in the order of names. */
  public synchronized List<StoredSecret> all() {
    Instant now = clock.instant();
    return byName.values().stream().filter(secret -> !secret.isDeletedAt(now)).toList();
  }

  /** The secret of this name. */
  public synchronized Result<StoredSecret> find(String name) {
    Instant now = clock.instant();
    return Result.of(
        Optional.ofNullable(byName.get(name)).filter(secret -> !secret.isDeletedAt(now)),
        KmsErrors.NOT_FOUND);
  }

  /** The secret of this name, unless its deletion is planned. */
  Result<StoredSecret> findUsable(String name) {
    return find(name).then(SecretStore::usable);
  }

  /** One version of a secret, for a reader of its value; without an id the current by default. */
  Result<StoredVersion> read(String name, Optional<String> versionId, Optional<String> stage) {
    return find(name)
        .filter(secret -> secret.access() == StoredSecret.Access.ALLOWED, KmsErrors.NOT_PERMITTED)
        .then(SecretStore::usable)
        .then(secret -> Result.of(secret.versions().select(versionId, stage), KmsErrors.NOT_FOUND));
  }

  /** Creates a secret whose first version is current. */
  public synchronized Result<StoredSecret> create(
      String name, StoredSecret.Metadata metadata, String versionId, StoredValue value) {
    return switch (find(name)) {
      case Result.Refused<StoredSecret> _ -> {
        Instant now = clock.instant();
        var versions = SecretVersions.first(versionId, value, now);
        yield put(StoredSecret.created(name, metadata, versions, StoredSecret.Access.ALLOWED, now));
      }
      case Result.Done<StoredSecret>(var secret) ->
          usable(secret).then(_ -> Result.refused(KmsErrors.EXISTS));
    };
  }

  /** Adds a secret, unless there is one of its name. */
  public synchronized void addIfAbsent(StoredSecret secret) {
    if (find(secret.name()) instanceof Result.Refused) {
      put(secret);
    }
  }

  /** Adds a version with these stages; one that exists with the same value changes nothing. */
  public Result<StoredSecret> putVersion(
      String name, String versionId, StoredValue value, List<String> stages) {
    return changeVersions(
        name, (secret, now) -> secret.versions().put(versionId, value, stages, now));
  }

  /** Adds a current version with a generated id and value. */
  public Result<StoredSecret> rotate(String name) {
    var current = List.of(StoredVersion.CURRENT);
    return changeVersions(
        name,
        (secret, now) -> {
          Rotation next = Rotation.of(secret);
          return secret.versions().put(next.versionId(), next.value(), current, now);
        });
  }

  /** Moves a stage from a version, which must carry it, to another; either may be absent. */
  Result<StoredSecret> moveStage(
      String name, String stage, Optional<String> from, Optional<String> to) {
    return changeVersions(name, (secret, _) -> secret.versions().move(stage, from, to));
  }

  /** Changes what describes a secret. */
  Result<StoredSecret> changeMetadata(
      String name, Function<StoredSecret.Metadata, Result<StoredSecret.Metadata>> step) {
    Instant now = clock.instant();
    return change(
        name,
        secret ->
            usable(secret)
                .then(s -> step.apply(s.metadata()))
                .map(metadata -> secret.withMetadata(metadata, now)));
  }

  /** Plans a deletion at the end of a window, in which the secret can be restored and not read. */
  public Result<StoredSecret> scheduleDeletion(String name, Duration window) {
    Instant moment = clock.instant().plus(window);
    return change(name, secret -> usable(secret).map(s -> s.withDeletion(moment)));
  }

  /** Cancels a planned deletion. */
  public Result<StoredSecret> restore(String name) {
    return change(
        name,
        secret ->
            Result.of(secret.deletion(), KmsErrors.NOT_IN_DELETION)
                .map(_ -> secret.withDeletion(null)));
  }

  /** Allows or denies reads of a secret's value. */
  public Result<StoredSecret> setAccess(String name, StoredSecret.Access access) {
    return change(name, secret -> Result.done(secret.withAccess(access)));
  }

  private static Result<StoredSecret> usable(StoredSecret secret) {
    return Result.done(secret).filter(s -> s.deletion().isEmpty(), KmsErrors.IN_DELETION);
  }

  private Result<StoredSecret> changeVersions(
      String name, BiFunction<StoredSecret, Instant, Result<SecretVersions>> step) {
    Instant now = clock.instant();
    return change(
        name,
        secret ->
            usable(secret)
                .then(s -> step.apply(s, now))
                .map(versions -> secret.withVersions(versions, now)));
  }

  private synchronized Result<StoredSecret> change(
      String name, Function<StoredSecret, Result<StoredSecret>> step) {
    return find(name).then(step).then(this::put);
  }

  private Result<StoredSecret> put(StoredSecret secret) {
    var changed = new TreeMap<>(byName);
    changed.put(secret.name(), secret);
    save.accept(List.copyOf(changed.values()));
    byName = changed;
    return Result.done(secret);
  }
}
