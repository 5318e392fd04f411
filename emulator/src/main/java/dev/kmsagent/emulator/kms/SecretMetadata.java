package dev.kmsagent.emulator.kms;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/** What is said of a secret beside its value; an absent id or description is empty. */
public record SecretMetadata(
    String description, String encryptionKeyId, String instanceId, Map<String, String> tags) {

  public SecretMetadata {
    requireNonNull(description);
    requireNonNull(encryptionKeyId);
    requireNonNull(instanceId);
    tags = Map.copyOf(tags);
  }

  /** Nothing said at all. */
  public static SecretMetadata none() {
    return new SecretMetadata("", "", "", Map.of());
  }

  /** The tags in the order of their keys. */
  public Map<String, String> sortedTags() {
    return new TreeMap<>(tags);
  }
}
