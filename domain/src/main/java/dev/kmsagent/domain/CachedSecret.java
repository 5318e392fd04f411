package dev.kmsagent.domain;

import java.util.List;

/**
 * What a cache entry holds of a secret besides its {@link Representation}: the whole secret where
 * agents share the cache, since each renders it by itself; else only which version it is.
 */
public sealed interface CachedSecret permits Secret, SecretVersion {
  VersionId version();

  /** The labels of this version, in KMS's order. */
  List<Stage> stages();

  /** The memory it takes, in bytes, estimated rather too high than too low. */
  int size();
}
