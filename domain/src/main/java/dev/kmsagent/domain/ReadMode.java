package dev.kmsagent.domain;

/** Whether a cached value may be served. */
public enum ReadMode {
  /** A fresh cached value may be served, and a stale one while KMS is unavailable. */
  CACHED,
  /** KMS is read first; nothing stale is served ({@code refreshNow}). */
  REFRESH_NOW
}
