package dev.kmsagent.application;

import dev.kmsagent.domain.FreshnessPolicy;
import java.time.Duration;

/**
 * How secrets are retrieved.
 *
 * @param requestTimeout the deadline of one request, and of one flight to KMS
 * @param staleAfter how long a caller waits for KMS when there is a stale value to give
 * @param cacheSize how many secrets the cache keeps
 */
public record RetrievalSettings(
    FreshnessPolicy freshness, Duration requestTimeout, Duration staleAfter, int cacheSize) {}
