package dev.kmsagent.domain;

/** The states of a cache entry, in order of age. */
public enum Freshness {
  /** Before its refresh is due. */
  FRESH,
  /** Within its TTL, and due for a refresh in the background (refresh-ahead). */
  REFRESH_DUE,
  /** Past its TTL: served only while KMS cannot answer (stale-if-error). */
  LAPSED,
  /** Past the bound on stale serving: not served. */
  EXPIRED
}
