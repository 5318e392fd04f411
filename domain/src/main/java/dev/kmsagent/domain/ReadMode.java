package dev.kmsagent.domain;

/** Whether a cached value will do. */
public enum ReadMode {
  /** A fresh cached value will do, and a stale one while KMS cannot answer. */
  CACHED,
  /** KMS must be read first; nothing stale will do ({@code refreshNow}). */
  REFRESH_NOW
}
