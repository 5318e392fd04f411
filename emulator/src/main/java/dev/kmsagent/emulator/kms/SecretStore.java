package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The secrets of one account in one region, by name. Each change is atomic; one that the state of a
 * secret forbids is an {@link ApiException}. They are lost when the emulator ends. Safe for many
 * threads.
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

  /**
   * The secret of this name.
   *
   * @throws ApiException if there is none
   */
  public StoredSecret find(String name) {
    return existing(name).orElseThrow(KmsErrors.NOT_FOUND::exception);
  }

  synchronized Optional<StoredSecret> existing(String name) {
    Instant now = clock.instant();
    return Optional.ofNullable(byName.get(name)).filter(secret -> !secret.isDeletedAt(now));
  }

  /** A secret for a reader of its value. */
  StoredSecret readable(String name) {
    StoredSecret secret = find(name);
    KmsErrors.NOT_PERMITTED.unless(secret.access() == StoredSecret.Access.ALLOWED);
    return usable(secret);
  }

  /** Creates a secret whose first version is current. */
  public StoredSecret create(String name, String versionId, StoredValue value) {
    var versions = SecretVersions.first(versionId, value, clock.instant());
    return create(new StoredSecret(name, versions, StoredSecret.Access.ALLOWED));
  }

  /** Creates a secret now. */
  synchronized StoredSecret create(StoredSecret secret) {
    if (existing(secret.name()).isPresent()) {
      var _ = usable(secret.name());
      throw KmsErrors.EXISTS.exception();
    }
    return put(secret.withVersions(secret.versions().createdAt(clock.instant())));
  }

  /** Makes these the only secrets, created now; the last of a name counts. */
  public synchronized void set(List<StoredSecret> secrets) {
    Instant now = clock.instant();
    byName.clear();
    secrets.forEach(secret -> put(secret.withVersions(secret.versions().createdAt(now))));
  }

  /** Adds a current version; one that exists with the same value changes nothing. */
  public synchronized StoredSecret putVersion(String name, String versionId, StoredValue value) {
    StoredSecret secret = usable(name);
    return put(secret.withVersions(secret.versions().put(versionId, value, clock.instant())));
  }

  /** Adds a current version with a generated id and value. */
  public synchronized StoredSecret rotate(String name) {
    Rotation next = Rotation.of(find(name));
    return putVersion(name, next.versionId(), next.value());
  }

  /** Adds a current version with a generated id and this value. */
  public synchronized StoredSecret rotate(String name, StoredValue value) {
    KmsErrors.MANAGED.unless(find(name).management().isEmpty());
    return putVersion(name, Rotation.of(find(name)).versionId(), value);
  }

  /** Plans a deletion in 30 days, in which the secret can be restored and not read. */
  public synchronized StoredSecret scheduleDeletion(String name) {
    return put(usable(name).withDeletion(clock.instant().plus(RECOVERY_WINDOW)));
  }

  /** Cancels a planned deletion. */
  public synchronized StoredSecret restore(String name) {
    StoredSecret secret = find(name);
    KmsErrors.NOT_IN_DELETION.unless(secret.deletion().isPresent());
    return put(secret.withDeletion(null));
  }

  /** Allows or denies reads of a secret's value. */
  public synchronized StoredSecret setAccess(String name, StoredSecret.Access access) {
    return put(find(name).withAccess(access));
  }

  /** Changes the versions of a secret that still has those it had before. */
  synchronized StoredSecret setVersions(StoredSecret before, SecretVersions versions) {
    var secret = usable(before.name());
    KmsErrors.ROTATING.unless(secret.versions().equals(before.versions()));
    return put(secret.withVersions(versions));
  }

  /** A secret without a planned deletion. */
  StoredSecret usable(String name) {
    return usable(find(name));
  }

  private static StoredSecret usable(StoredSecret secret) {
    KmsErrors.IN_DELETION.unless(secret.deletion().isEmpty());
    return secret;
  }

  private StoredSecret put(StoredSecret secret) {
    byName.put(secret.name(), secret);
    return secret;
  }
}
