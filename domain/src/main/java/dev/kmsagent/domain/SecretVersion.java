package dev.kmsagent.domain;

import java.util.List;

/**
 * One version of a secret, without its value.
 *
 * @param stages the labels of this version, in KMS's order
 * @param kmsRequestId of the call that returned it; empty when KMS gave none
 */
public record SecretVersion(
    VersionId version, Revision revision, List<Stage> stages, String kmsRequestId)
    implements CachedSecret {
  /** The records and the list, beside their texts. */
  private static final int OBJECTS = 120;

  public SecretVersion {
    stages = List.copyOf(stages);
  }

  @Override
  public int size() {
    return OBJECTS
        + CachedSecret.sizeOf(version.value())
        + CachedSecret.sizeOf(kmsRequestId)
        + stages.stream().map(Stage::value).mapToInt(CachedSecret::sizeOf).sum();
  }
}
