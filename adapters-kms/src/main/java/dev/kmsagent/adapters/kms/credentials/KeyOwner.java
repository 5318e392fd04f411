package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.Principal;

/** Whose a key is, as far as whoever issued it says so. */
public sealed interface KeyOwner {
  /** The issuer confirmed that it is this one's. */
  record Named(Principal principal) implements KeyOwner {}

  /** The issuer named nobody. */
  record Unnamed() implements KeyOwner {}
}
