package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import com.google.gson.annotations.SerializedName;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A secret at one moment. From a planned deletion on its value cannot be read. */
public record StoredSecret(
    String name,
    @SerializedName("profile") Metadata metadata,
    SecretVersions versions,
    Instant created,
    Instant updated,
    @Nullable Instant plannedDeletion,
    Access access) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_/+=.@-]{1,192}");

  public StoredSecret {
    requireNonNull(name);
    requireNonNull(metadata);
    requireNonNull(versions);
    requireNonNull(created);
    requireNonNull(updated);
    requireNonNull(access);
  }

  /** The description, ids and sorted tags of a secret; an absent text is empty. */
  public record Metadata(
      String description, String encryptionKeyId, String instanceId, Map<String, String> tags) {
    public Metadata {
      requireNonNull(description);
      requireNonNull(encryptionKeyId);
      requireNonNull(instanceId);
      tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    Metadata withDescription(String other) {
      return new Metadata(other, encryptionKeyId, instanceId, tags);
    }

    Metadata withTags(Map<String, String> others) {
      return new Metadata(description, encryptionKeyId, instanceId, others);
    }

    /** All of it absent. */
    public static Metadata none() {
      return new Metadata("", "", "", Map.of());
    }
  }

  /** Whether the value may be read. */
  public enum Access {
    /** Every key of the emulator may read it. */
    ALLOWED,
    /** No key may. */
    DENIED
  }

  /** A secret without a planned deletion, which was created at this moment. */
  public static StoredSecret created(
      String name, Metadata metadata, SecretVersions versions, Access access, Instant now) {
    return new StoredSecret(name, metadata, versions, now, now, null, access);
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

  StoredSecret withVersions(SecretVersions others, Instant now) {
    return new StoredSecret(name, metadata, others, created, now, plannedDeletion, access);
  }

  StoredSecret withMetadata(Metadata other, Instant now) {
    return new StoredSecret(name, other, versions, created, now, plannedDeletion, access);
  }

  StoredSecret withDeletion(@Nullable Instant moment) {
    return new StoredSecret(name, metadata, versions, created, updated, moment, access);
  }

  StoredSecret withAccess(Access other) {
    return new StoredSecret(name, metadata, versions, created, updated, plannedDeletion, other);
  }
}
