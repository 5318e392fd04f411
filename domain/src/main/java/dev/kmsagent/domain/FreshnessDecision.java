package dev.kmsagent.domain;

import dev.kmsagent.domain.CacheEntry.Freshness;
import java.time.Instant;

/**
 * What to do with a cached entry that a client asks for: the one freshness rule, applied by every
 * path that serves an entry. It follows from the age of the entry and from how the last reads from
 * KMS went (stale-while-revalidate and stale-if-error, RFC 5861).
 */
public enum FreshnessDecision {
  /** Serve the entry: it is fresh. */
  SERVE,
  /** Serve the entry, which is fresh, and start a refresh in the background. */
  SERVE_AND_REFRESH,
  /** Serve the entry stale: KMS is unavailable, and no new attempt is due. */
  SERVE_STALE,
  /** Serve the entry stale, and start a refresh in the background: KMS is unavailable. */
  SERVE_STALE_AND_REFRESH,
  /** Wait for KMS for a short time, and serve the entry stale if KMS does not answer. */
  WAIT_OR_SERVE_STALE,
  /** Wait for KMS; the entry must not be served until it accepts this agent's identity again. */
  WAIT,
  /** Read from KMS as if nothing were cached: the entry is past its stale bound. */
  FETCH;

  /** The decision for {@code entry} at {@code now}. Pure; asks for attempts only as needed. */
  public static FreshnessDecision of(CacheEntry entry, Attempts attempts, Instant now) {
    return switch (entry.freshness(now)) {
      case FRESH -> SERVE;
      case REFRESH_DUE -> attempts.mayRefresh() ? SERVE_AND_REFRESH : SERVE;
      case LAPSED ->
          switch (attempts.outlook()) {
            case UNAVAILABLE -> attempts.mayRefresh() ? SERVE_STALE_AND_REFRESH : SERVE_STALE;
            case ANSWERING -> WAIT_OR_SERVE_STALE;
            case IDENTITY_REFUSED -> WAIT;
          };
      case EXPIRED -> FETCH;
    };
  }

  /** Whether {@code entry} may be served to a client for whom the read from KMS failed. */
  public static boolean allowsStale(CacheEntry entry, NoSecret reason, Instant now) {
    return reason instanceof NoSecret.Unavailable && entry.freshness(now) != Freshness.EXPIRED;
  }

  /** How reads of one secret from KMS went. */
  public interface Attempts {
    /** What the next read must be expected to come to. */
    Outlook outlook();

    /**
     * Whether the background may read the secret: it is not being read, and did not fail, or its
     * back-off is over.
     */
    boolean mayRefresh();
  }

  /** The expected outcome of a read from KMS, judged by the last ones. */
  public enum Outlook {
    /** KMS answers, if only to refuse a secret. */
    ANSWERING,
    /** KMS cannot answer. */
    UNAVAILABLE,
    /** KMS, or STS, does not accept this agent's identity. */
    IDENTITY_REFUSED
  }
}
