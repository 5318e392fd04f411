package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Rotates the secrets of a store, managed ones also by their intervals. Safe for many threads; one
 * rotation of a secret runs at a time.
 */
public final class Rotations {
  private static final Duration SHORTEST_DELAY = Duration.ofMillis(50);
  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

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
    if (secret.isOf(ManagedType.RAM)) {
      var value = secret.current().value();
      var id = ManagedType.RAM.account(value);
      if (keys.find(id).isEmpty()) {
        keys.add(AccessKey.lasting(id, ManagedType.RAM.password(value)));
      }
    }
    schedule(secret);
  }

  /** Why the last rotation failed; automatic ones stop until another succeeds. */
  public Optional<String> problem(String name) {
    return Optional.ofNullable(problems.get(name));
  }

  /** The status of automatic rotation in the API. */
  String automatic(StoredSecret secret) {
    var rotates = secret.nextRotation().isPresent();
    return rotates ? problem(secret.name()).map(_ -> "Invalid").orElse("Enabled") : "Disabled";
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
    try {
      switch (managed.order()) {
        case PASSWORD_FIRST -> {
          changePassword(managed, next);
          time.after(managed.gap()).join();
          put(before, managed, versionId, next);
        }
        case VERSION_FIRST -> {
          put(before, managed, versionId, next);
          time.after(managed.gap()).join();
          changePassword(managed, next);
        }
      }
      return store.find(before.name());
    } catch (IOException failed) {
      store.setVersions(before);
      var problem =
          "The password was not changed, the version is as it was: " + failed.getMessage();
      problems.put(before.name(), problem);
      throw new ApiError(500, "InternalFailure", problem).exception();
    }
  }

  private static void changePassword(ManagedSecret managed, StoredValue next) throws IOException {
    managed.hook().change(managed.type().account(next), managed.type().password(next));
  }

  private void put(StoredSecret before, ManagedSecret managed, String versionId, StoredValue next) {
    if (managed.type() == ManagedType.RAM) {
      replaceKey(before.current().value(), next, managed.window());
    }
    store.putVersion(before.name(), versionId, next);
  }

  /** The next key has the rights of the one before, which stays until the end of its window. */
  private void replaceKey(StoredValue before, StoredValue next, Duration window) {
    var type = ManagedType.RAM;
    var fresh = AccessKey.lasting(type.account(next), type.password(next));
    var old = keys.find(type.account(before));
    keys.add(old.map(fresh::readingAs).orElse(fresh));
    old.ifPresent(key -> keys.add(key.until(time.instant().plus(window))));
  }

  /** Rotates a secret whose interval is over; a failure is in {@link #problem}. */
  void rotateDue(String name) {
    if (store.existing(name).filter(this::isDue).isPresent()) {
      try {
        rotate(name);
      } catch (ApiException _) {
        // Another rotation runs, or the problem is noted.
      }
    }
  }

  private boolean isDue(StoredSecret secret) {
    return secret.deletion().isEmpty()
        && !problems.containsKey(secret.name())
        && secret.nextRotation().filter(next -> !next.isAfter(time.instant())).isPresent();
  }

  private void schedule(StoredSecret secret) {
    secret
        .nextRotation()
        .map(next -> Duration.between(time.instant(), next))
        .map(delay -> delay.compareTo(SHORTEST_DELAY) < 0 ? SHORTEST_DELAY : delay)
        .ifPresent(delay -> time.after(delay).thenRunAsync(() -> wake(secret), THREADS));
  }

  /** A rotation schedules the next one; without it, the clock was late or the secret is in use. */
  private void wake(StoredSecret scheduled) {
    rotateDue(scheduled.name());
    store
        .existing(scheduled.name())
        .filter(now -> now.current().equals(scheduled.current()))
        .ifPresent(this::schedule);
  }
}
