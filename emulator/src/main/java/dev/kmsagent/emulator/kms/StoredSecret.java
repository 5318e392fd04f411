package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A secret at one moment. From a planned deletion on its value cannot be read. */
public record StoredSecret(
    String name, SecretVersions versions, @Nullable Instant plannedDeletion, Access access) {
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
    this(name, versions, null, access);
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
    return new StoredSecret(name, others, plannedDeletion, access);
  }

  StoredSecret withDeletion(@Nullable Instant moment) {
    return new StoredSecret(name, versions, moment, access);
  }

  StoredSecret withAccess(Access other) {
    return new StoredSecret(name, versions, plannedDeletion, other);
  }
}
