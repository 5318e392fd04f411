package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The secrets of one account in one region, by name. Each change is atomic. They are lost when the
 * emulator ends. Safe for many threads.
 */
public final class SecretStore {
  private static final Duration RECOVERY_WINDOW = Duration.ofDays(30);

  private final InstantSource clock;
  private final SortedMap<String, StoredSecret> byName = new TreeMap<>();

  /** No secrets; changes are dated by this clock. */
  public SecretStore(InstantSource clock) {
    this.clock = clock;
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

  /** One version of a secret, for a reader of its value; without an id the current by default. */
  Result<StoredVersion> read(String name, Optional<String> versionId, Optional<String> stage) {
    return find(name)
        .filter(secret -> secret.access() == StoredSecret.Access.ALLOWED, KmsErrors.NOT_PERMITTED)
        .then(SecretStore::usable)
        .then(secret -> Result.of(secret.versions().select(versionId, stage), KmsErrors.NOT_FOUND));
  }

  /** Creates a secret whose first version is current. */
  public synchronized Result<StoredSecret> create(
      String name, String versionId, StoredValue value) {
    return switch (find(name)) {
      case Result.Refused<StoredSecret> _ -> {
        var versions = SecretVersions.first(versionId, value, clock.instant());
        yield put(new StoredSecret(name, versions, StoredSecret.Access.ALLOWED));
      }
      case Result.Done<StoredSecret>(var secret) ->
          usable(secret).then(_ -> Result.refused(KmsErrors.EXISTS));
    };
  }

  /** Makes these the only secrets; the last of a name counts. */
  public synchronized void set(List<StoredSecret> secrets) {
    byName.clear();
    secrets.forEach(this::put);
  }

  /** Adds a current version; one that exists with the same value changes nothing. */
  public Result<StoredSecret> putVersion(String name, String versionId, StoredValue value) {
    return change(
        name,
        secret ->
            usable(secret)
                .then(s -> s.versions().put(versionId, value, clock.instant()))
                .map(secret::withVersions));
  }

  /** Adds a current version with a generated id and value. */
  public synchronized Result<StoredSecret> rotate(String name) {
    return find(name)
        .map(Rotation::of)
        .then(next -> putVersion(name, next.versionId(), next.value()));
  }

  /** Plans a deletion in 30 days, in which the secret can be restored and not read. */
  public Result<StoredSecret> scheduleDeletion(String name) {
    Instant moment = clock.instant().plus(RECOVERY_WINDOW);
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

  private synchronized Result<StoredSecret> change(
      String name, Function<StoredSecret, Result<StoredSecret>> step) {
    return find(name).then(step).then(this::put);
  }

  private Result<StoredSecret> put(StoredSecret secret) {
    byName.put(secret.name(), secret);
    return Result.done(secret);
  }
}
