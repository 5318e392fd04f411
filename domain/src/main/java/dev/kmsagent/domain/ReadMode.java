package dev.kmsagent.domain;

/** Whether a cached value may be served. */
public enum ReadMode {
  /** A fresh cached value may be served, and a stale one while KMS is unavailable. */
  CACHED,
  /** As {@link #CACHED}, after a look-up in this process found no entry: it is not repeated. */
  AFTER_MISS,
  /** KMS is read first; nothing stale is served ({@code refreshNow}). */
  REFRESH_NOW
}
