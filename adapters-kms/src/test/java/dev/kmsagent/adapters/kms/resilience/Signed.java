package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.VirtualTime;

/** Makes calls of a source and a source of calls. */
final class Signed {
  static final SigningKey KEY = SigningKey.longLived("ak", "sk");

  private Signed() {}

  /** Exchanges without an end of their own. */
  static BoundedCalls.Exchanges exchange(SecretSource source, VirtualTime time) {
    var never = AMPLE.multipliedBy(1000);
    return (query, _) -> source.fetch(query, time.instant().plus(never)).toCompletableFuture();
  }

  static KmsCalls calls(SecretSource source) {
    return (query, _, deadline) -> source.fetch(query, deadline);
  }

  static SecretSource source(KmsCalls calls) {
    return (query, deadline) -> calls.call(query, KEY, deadline);
  }
}
