package dev.kmsagent.emulator;

import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.kms.StoredVersion;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Optional;

/**
 * Changes the secrets of an emulator from its own process, as an administrator would: without
 * signatures, faults, and the limits of KMS on names and sizes. A change that the state of a secret
 * forbids is an {@link IllegalArgumentException}. Safe for many threads.
 */
public final class EmulatorSecrets {
  private final SecretStore store;

  EmulatorSecrets(SecretStore store) {
    this.store = store;
  }

  /** Creates a secret with a text in version {@code v1}. */
  public EmulatorSecrets create(String name, String text) {
    return create(name, "v1", StoredValue.text(text));
  }

  /** Creates a secret with bytes in version {@code v1}. */
  public EmulatorSecrets createBinary(String name, byte[] bytes) {
    return create(name, "v1", StoredValue.binary(bytes));
  }

  /** Stores a text as a new version, which becomes current; what was current becomes previous. */
  public EmulatorSecrets put(String name, String versionId, String text) {
    return done(store.putVersion(name, versionId, StoredValue.text(text)));
  }

  /** Stores bytes as a new version, which becomes current; what was current becomes previous. */
  public EmulatorSecrets putBinary(String name, String versionId, byte[] bytes) {
    return done(store.putVersion(name, versionId, StoredValue.binary(bytes)));
  }

  /** Stores a generated value as a new version, which becomes current. */
  public EmulatorSecrets rotate(String name) {
    return done(store.rotate(name));
  }

  /** Plans the deletion of a secret in 30 days; until it is restored it cannot be read. */
  public EmulatorSecrets delete(String name) {
    return done(store.scheduleDeletion(name));
  }

  /** Cancels the planned deletion of a secret. */
  public EmulatorSecrets restore(String name) {
    return done(store.restore(name));
  }

  /** Denies every read of the value from now on. */
  public EmulatorSecrets deny(String name) {
    return done(store.setAccess(name, StoredSecret.Access.DENIED));
  }

  /** Allows reads of the value again. */
  public EmulatorSecrets allow(String name) {
    return done(store.setAccess(name, StoredSecret.Access.ALLOWED));
  }

  /** The id of the current version. */
  public Optional<String> currentVersionId(String name) {
    return switch (store.find(name)) {
      case Result.Refused<StoredSecret> _ -> Optional.empty();
      case Result.Done<StoredSecret>(var secret) ->
          secret.versions().byStage(StoredVersion.CURRENT).map(StoredVersion::id);
    };
  }

  private EmulatorSecrets create(String name, String versionId, StoredValue value) {
    return done(store.create(name, versionId, value));
  }

  private EmulatorSecrets done(Result<StoredSecret> result) {
    return switch (result) {
      case Result.Done<StoredSecret> _ -> this;
      case Result.Refused<StoredSecret>(var error) ->
          throw new IllegalArgumentException(error.code() + ": " + error.message());
    };
  }
}
