package dev.kmsagent.emulator.secrets;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/** What is said of a secret beside its value; an absent id or description is empty. */
public record Profile(
    String description, String encryptionKeyId, String instanceId, Map<String, String> tags) {

  public Profile {
    requireNonNull(description);
    requireNonNull(encryptionKeyId);
    requireNonNull(instanceId);
    tags = Map.copyOf(tags);
  }

  /** Nothing said at all. */
  public static Profile none() {
    return new Profile("", "", "", Map.of());
  }

  /** The tags in the order of their keys. */
  public Map<String, String> sortedTags() {
    return new TreeMap<>(tags);
  }
}
