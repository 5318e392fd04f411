package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret as it is at one moment; a planned deletion hides its value, and takes it away when its
 * time comes.
 */
public record Secret(
    String name,
    SecretMetadata profile,
    Versions versions,
    Instant created,
    Instant updated,
    @Nullable Instant plannedDeletion,
    Access access) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_/+=.@-]{1,192}");

  public Secret {
    requireNonNull(name);
    requireNonNull(profile);
    requireNonNull(versions);
    requireNonNull(created);
    requireNonNull(updated);
    requireNonNull(access);
  }

  /** Whether anybody may read the secret's value. */
  public enum Access {
    /** The emulator's keys may read it. */
    ALLOWED,
    /** No key may. */
    DENIED
  }

  /** Whether KMS would take this as a secret's name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** When it is going to be deleted, if it is. */
  public Optional<Instant> deletion() {
    return Optional.ofNullable(plannedDeletion);
  }

  boolean deletedAt(Instant now) {
    return deletion().filter(moment -> !now.isBefore(moment)).isPresent();
  }

  Secret with(Versions others, Instant now) {
    return new Secret(name, profile, others, created, now, plannedDeletion, access);
  }

  Secret deletedFrom(@Nullable Instant moment) {
    return new Secret(name, profile, versions, created, updated, moment, access);
  }

  Secret with(Access other) {
    return new Secret(name, profile, versions, created, updated, plannedDeletion, other);
  }
}
