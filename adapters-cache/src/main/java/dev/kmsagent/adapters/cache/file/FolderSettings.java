package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.FreshnessPolicy;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * How the folder of a cache is used.
 *
 * @param files kept at most, one for each secret
 * @param bytes of these files at most
 * @param freshness of entries
 * @param sealingKeys of the note of the time: the first seals, any opens
 * @param boot of this machine, now
 */
public record FolderSettings(
    int files,
    long bytes,
    FreshnessPolicy freshness,
    List<SealingKey> sealingKeys,
    Supplier<Boot> boot) {
  /** What the keys of records begin with, and of nothing else: their files have no bound. */
  public static final String RECORDS = "r";

  /** As long as any call to KMS may take. */
  private static final Duration SLACK = Duration.ofMinutes(3);

  public FolderSettings {
    sealingKeys = List.copyOf(sealingKeys);
  }

  /** Longer than anything counts that was written to a file. */
  Duration life() {
    return freshness.ttl().plus(freshness.maxStale()).plus(SLACK);
  }
}
