package dev.kmsagent.emulator;

import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.Rotations;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;

/**
 * Changes the secrets of an emulator from its own process, as an administrator would: without
 * signatures, faults, and the limits of KMS on names and sizes. A change that the state of a secret
 * forbids is an {@link IllegalArgumentException}. Safe for many threads.
 */
public final class EmulatorSecrets {
  private final Rotations rotations;
  private final SecretStore store;

  EmulatorSecrets(Rotations rotations) {
    this.rotations = rotations;
    this.store = rotations.store();
  }

  /** Creates a secret with a text in version {@code v1}. */
  public EmulatorSecrets create(String name, String text) {
    store.create(name, "v1", StoredValue.text(text));
    return this;
  }

  /** Creates a secret with bytes in version {@code v1}. */
  public EmulatorSecrets createBinary(String name, byte[] bytes) {
    store.create(name, "v1", StoredValue.binary(bytes));
    return this;
  }

  /** Creates a secret that KMS rotates, with this password of all accounts, or of its AccessKey. */
  public EmulatorSecrets create(String name, ManagedSecret managed, String password) {
    rotations.create(name, managed, password);
    return this;
  }

  /** Stores a text as a new version, which becomes current; what was current becomes previous. */
  public EmulatorSecrets put(String name, String versionId, String text) {
    store.putVersion(name, versionId, StoredValue.text(text));
    return this;
  }

  /**
   * Stores a generated value as a new version, which becomes current. The rotation of a managed
   * secret calls its hook, too; it returns when both are done.
   */
  public EmulatorSecrets rotate(String name) {
    rotations.rotate(name);
    return this;
  }

  /** Plans the deletion of a secret in 30 days; until it is restored it cannot be read. */
  public EmulatorSecrets delete(String name) {
    store.scheduleDeletion(name);
    return this;
  }

  /** Cancels the planned deletion of a secret. */
  public EmulatorSecrets restore(String name) {
    store.restore(name);
    return this;
  }

  /** Denies every read of the value from now on. */
  public EmulatorSecrets deny(String name) {
    store.setAccess(name, StoredSecret.Access.DENIED);
    return this;
  }

  /** Allows reads of the value again. */
  public EmulatorSecrets allow(String name) {
    store.setAccess(name, StoredSecret.Access.ALLOWED);
    return this;
  }
}
