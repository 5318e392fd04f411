package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rotates the secrets of a store, managed ones also by their intervals. Safe for many threads; one
 * rotation of a secret runs at a time.
 */
public final class Rotations {
  /** Clocks differ a little; a rotation that comes too early would not take place. */
  private static final Duration AFTER_THE_DATE = Duration.ofMillis(20);

  private final SecretStore store;
  private final AccessKeys keys;
  private final EmulatorTime time;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  /** Rotates the secrets of this store, and AccessKeys among these keys. */
  public Rotations(SecretStore store, AccessKeys keys, EmulatorTime time) {
    this.store = store;
    this.keys = keys;
    this.time = time;
  }

  /** The secrets. */
  public SecretStore store() {
    return store;
  }

  /** Makes these the only secrets, created now. */
  public void set(List<StoredSecret> secrets) {
    problems.clear();
    store.set(secrets);
    store.all().forEach(this::added);
  }

  /** Creates a secret that KMS manages. */
  public void create(String name, ManagedSecret managed, String password) {
    added(store.create(StoredSecret.managed(name, managed, password, StoredSecret.Access.ALLOWED)));
  }

  private void added(StoredSecret secret) {
    if (secret.management().filter(it -> it.type() == ManagedType.RAM).isPresent()) {
      var key = key(secret.current().value());
      keys.add(keys.find(key.id()).map(key::readingAs).orElse(key));
    }
    schedule(secret);
  }

  /** Why the last rotation failed; automatic ones stop until another succeeds. */
  public Optional<String> problem(String name) {
    return Optional.ofNullable(problems.get(name));
  }

  /** The status of automatic rotation in the API. */
  String automatic(StoredSecret secret) {
    var status = problem(secret.name()).map(_ -> "Invalid").orElse("Enabled");
    return secret.nextRotation().map(_ -> status).orElse("Disabled");
  }

  /** Adds a current version: that of a managed secret as KMS does. */
  public StoredSecret rotate(String name) {
    return store.find(name).management().isEmpty()
        ? store.rotate(name)
        : rotate(name, ManagedSecret.newId());
  }

  /** Rotates a managed secret; a version that exists changes nothing. */
  StoredSecret rotate(String name, String versionId) {
    KmsErrors.ROTATING.unless(running.add(name));
    try {
      var secret = store.usable(name);
      var managed = secret.management().orElseThrow(KmsErrors.UNSUPPORTED::exception);
      if (secret.versions().byId(versionId).isPresent()) {
        return secret;
      }
      var rotated = rotate(secret, managed, versionId);
      problems.remove(name);
      schedule(rotated);
      return rotated;
    } finally {
      running.remove(name);
    }
  }

  private StoredSecret rotate(StoredSecret before, ManagedSecret managed, String versionId) {
    var next = managed.after(before.current().value());
    var rotated = before;
    try {
      if (managed.order() == RotationHook.Order.PASSWORD_FIRST) {
        changePassword(managed, next);
        time.after(managed.gap()).join();
      }
      rotated = put(before, managed, versionId, next);
      if (managed.order() == RotationHook.Order.VERSION_FIRST) {
        time.after(managed.gap()).join();
        changePassword(managed, next);
      }
      return rotated;
    } catch (IOException | RuntimeException failed) {
      var _ = store.setVersions(rotated, before.versions());
      var problem =
          "The password was not changed, the version is as it was: " + failed.getMessage();
      problems.put(before.name(), problem);
      throw new ApiError(500, "InternalFailure", problem).exception();
    }
  }

  private static void changePassword(ManagedSecret managed, StoredValue next) throws IOException {
    managed.hook().change(managed.type().account(next), managed.type().password(next));
  }

  private StoredSecret put(
      StoredSecret before, ManagedSecret managed, String versionId, StoredValue next) {
    if (managed.type() == ManagedType.RAM) {
      replaceKey(key(before.current().value()), key(next), managed.window());
    }
    return store.setVersions(before, before.versions().put(versionId, next, time.instant()));
  }

  private static AccessKey key(StoredValue value) {
    return AccessKey.lasting(ManagedType.RAM.account(value), ManagedType.RAM.password(value));
  }

  /** The next key has the rights of the one before, which stays until the end of its window. */
  private void replaceKey(AccessKey before, AccessKey next, Duration window) {
    var old = keys.find(before.id()).orElse(before);
    keys.add(next.readingAs(old));
    keys.add(old.until(time.instant().plus(window)));
  }

  /** Rotates a secret whose interval is over; a failure is a {@link #problem}. */
  void rotateDue(String name) {
    var next =
        store
            .existing(name)
            .filter(_ -> problem(name).isEmpty())
            .flatMap(StoredSecret::nextRotation);
    if (next.filter(date -> !date.isAfter(time.instant())).isPresent()) {
      try {
        rotate(name);
      } catch (ApiException _) {
        // Another rotation runs, or the problem is noted.
      }
    }
  }

  private void schedule(StoredSecret secret) {
    secret.nextRotation().ifPresent(date -> schedule(secret.name(), date));
  }

  private void schedule(String name, Instant date) {
    var delay = Duration.between(time.instant(), date).plus(AFTER_THE_DATE);
    var _ = time.after(delay).thenRunAsync(() -> rotateDue(name), Thread::startVirtualThread);
  }
}
