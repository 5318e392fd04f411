package dev.kmsagent.application;

import dev.kmsagent.domain.FreshnessPolicy;
import java.time.Duration;

/**
 * How secrets are retrieved.
 *
 * @param requestTimeout the deadline of one request, and of one flight to KMS
 * @param staleAfter how long a caller waits for KMS when there is a stale value to give
 * @param cacheSize how many secrets the cache keeps; it bounds the failures, refusals and
 *     rejections that are remembered as well
 */
public record RetrievalSettings(
    FreshnessPolicy freshness, Duration requestTimeout, Duration staleAfter, int cacheSize) {
  private static final int LEAST_SHARE = 20;

  /** The same for one of several caches that share this size: its part, or a little more. */
  public RetrievalSettings ofOneAmong(int caches) {
    var share = Math.max(LEAST_SHARE, cacheSize / caches);
    return new RetrievalSettings(freshness, requestTimeout, staleAfter, share);
  }
}
