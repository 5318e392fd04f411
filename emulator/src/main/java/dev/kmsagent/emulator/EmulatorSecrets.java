package dev.kmsagent.emulator;

import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.secrets.Secret;
import dev.kmsagent.emulator.secrets.SecretStore;
import dev.kmsagent.emulator.secrets.SecretValue;
import dev.kmsagent.emulator.secrets.SecretVersion;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The emulator's secrets for the program that runs it: changes them as an administrator of the
 * account would, past signatures and faults. What KMS would refuse is an {@link
 * IllegalArgumentException} here. Safe for many threads.
 */
public final class EmulatorSecrets {
  private static final int DELETION_DAYS = 30;

  private final SecretStore store;

  EmulatorSecrets(SecretStore store) {
    this.store = store;
  }

  /** Creates a secret with a text in version {@code v1}. */
  public EmulatorSecrets create(String name, String text) {
    return create(name, "v1", SecretValue.text(text));
  }

  /** Creates a secret with bytes in version {@code v1}. */
  public EmulatorSecrets createBinary(String name, byte[] bytes) {
    return create(name, "v1", binary(bytes));
  }

  /** Stores a text as a new version, which becomes current; what was current becomes previous. */
  public EmulatorSecrets put(String name, String versionId, String text) {
    return done(store.put(name, versionId, SecretValue.text(text)));
  }

  /** Stores bytes as a new version, which becomes current; what was current becomes previous. */
  public EmulatorSecrets putBinary(String name, String versionId, byte[] bytes) {
    return done(store.put(name, versionId, binary(bytes)));
  }

  /** Plans the deletion of a secret, which can then not be read until it is restored. */
  public EmulatorSecrets delete(String name) {
    return done(store.scheduleDeletion(name, DELETION_DAYS));
  }

  /** Takes the planned deletion of a secret back. */
  public EmulatorSecrets restore(String name) {
    return done(store.restore(name));
  }

  /** Refuses every reader of a secret's value from now on. */
  public EmulatorSecrets deny(String name) {
    return done(store.setAccess(name, Secret.Access.DENIED));
  }

  /** Lets a denied secret be read again. */
  public EmulatorSecrets allow(String name) {
    return done(store.setAccess(name, Secret.Access.ALLOWED));
  }

  /** The id of the current version. */
  public Optional<String> currentVersionId(String name) {
    return switch (store.find(name)) {
      case Result.Refused<Secret> _ -> Optional.empty();
      case Result.Done<Secret>(var secret) ->
          secret.staged(SecretVersion.CURRENT).map(SecretVersion::id);
    };
  }

  private EmulatorSecrets create(String name, String versionId, SecretValue value) {
    return done(store.create(name, "", Map.of(), versionId, value));
  }

  private static SecretValue binary(byte[] bytes) {
    return new SecretValue(SecretValue.Type.BINARY, Base64.getEncoder().encodeToString(bytes));
  }

  private EmulatorSecrets done(Result<Secret> result) {
    return switch (result) {
      case Result.Done<Secret> _ -> this;
      case Result.Refused<Secret>(var error) ->
          throw new IllegalArgumentException(error.code() + ": " + error.message());
    };
  }
}
