package dev.kmsagent.domain;

/** The outcome of a look-up of a secret in this process. */
public sealed interface Lookup permits Retrieval.Found, Lookup.NotServed {
  /** Why nothing is served at once. */
  enum NotServed implements Lookup {
    /** There is no entry. */
    MISSING,
    /** There may be an entry, and whether it is served takes more than a look-up. */
    UNDECIDED
  }
}
