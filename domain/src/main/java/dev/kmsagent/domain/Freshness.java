package dev.kmsagent.domain;

/** The life of a cache entry, in order. */
public enum Freshness {
  /** Served as it is. */
  FRESH,
  /** Served as it is, and renewed in the background (refresh-ahead). */
  REFRESH_DUE,
  /** Past its TTL: served only while KMS cannot answer (stale-if-error). */
  LAPSED,
  /** Past the bound on stale serving: not served. */
  EXPIRED
}
