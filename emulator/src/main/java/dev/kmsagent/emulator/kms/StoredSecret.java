package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A secret at one moment. From a planned deletion on its value cannot be read. */
public record StoredSecret(
    String name,
    SecretVersions versions,
    @Nullable Instant plannedDeletion,
    Access access,
    @Nullable ManagedSecret managed) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_/+=.@-]{1,192}");

  public StoredSecret {
    requireNonNull(name);
    requireNonNull(versions);
    requireNonNull(access);
  }

  /** Whether the value may be read. */
  public enum Access {
    /** Every key of the emulator may read it. */
    ALLOWED,
    /** No key may. */
    DENIED
  }

  /** A secret without a planned deletion. */
  public StoredSecret(String name, SecretVersions versions, Access access) {
    this(name, versions, null, access, null);
  }

  /** A secret that KMS rotates, with the password of all its accounts, or that of its AccessKey. */
  public static StoredSecret managed(
      String name, ManagedSecret managed, String password, Access access) {
    return new StoredSecret(name, managed.first(password), null, access, managed);
  }

  /** How KMS rotates it, if it does. */
  public Optional<ManagedSecret> management() {
    return Optional.ofNullable(managed);
  }

  /** Whether a rotation of it changes another system, too. */
  public boolean hasHook() {
    return managed != null && !managed.hook().equals(RotationHook.NONE);
  }

  StoredVersion current() {
    return versions.byStage(StoredVersion.CURRENT).orElseThrow();
  }

  /** A version for a reader; the id of one of a managed secret is ignored. */
  Optional<StoredVersion> select(Optional<String> id, Optional<String> stage) {
    return versions.select(managed == null ? id : Optional.empty(), stage);
  }

  /** When KMS rotates it by itself. */
  public Optional<Instant> nextRotation() {
    return management()
        .map(ManagedSecret::interval)
        .filter(Duration::isPositive)
        .map(interval -> current().created().plus(interval));
  }

  /** Whether KMS accepts this as the name of a secret. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** The time of the planned deletion, if there is one. */
  public Optional<Instant> deletion() {
    return Optional.ofNullable(plannedDeletion);
  }

  boolean isDeletedAt(Instant now) {
    return deletion().filter(moment -> !now.isBefore(moment)).isPresent();
  }

  StoredSecret withVersions(SecretVersions others) {
    return new StoredSecret(name, others, plannedDeletion, access, managed);
  }

  StoredSecret withDeletion(@Nullable Instant moment) {
    return new StoredSecret(name, versions, moment, access, managed);
  }

  StoredSecret withAccess(Access other) {
    return new StoredSecret(name, versions, plannedDeletion, other, managed);
  }
}
