package dev.kmsagent.domain;

/** The outcome of a client's request for a secret. */
public sealed interface Retrieval permits Retrieval.Found, NoSecret {
  /** The secret, and how the cache had part in it. */
  record Found(CacheEntry entry, CacheState state) implements Retrieval, Lookup {}

  /** The outcome of a look-up of a secret in this process. */
  sealed interface Lookup permits Retrieval.Found, Lookup.NotServed {
    /** Why nothing is served at once. */
    enum NotServed implements Lookup {
      /** There is no entry. */
      MISSING,
      /** There may be an entry, and whether it is served takes more than a look-up. */
      UNDECIDED
    }
  }
}
