package dev.kmsagent.domain;

/** The outcome of a client's request for a secret. */
public sealed interface Retrieval permits Retrieval.Found, NoSecret {
  /** The secret, and how the cache had part in it. */
  record Found(CacheEntry entry, CacheState state) implements Retrieval {}
}
