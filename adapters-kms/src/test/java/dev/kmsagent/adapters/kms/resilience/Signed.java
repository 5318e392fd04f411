package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.port.SecretSource;

/** Makes calls of a source and a source of calls. */
final class Signed {
  static final SigningKey KEY = SigningKey.longLived("ak", "sk");

  private Signed() {}

  static KmsCalls calls(SecretSource source) {
    return (query, _, deadline) -> source.fetch(query, deadline);
  }

  static SecretSource source(KmsCalls calls) {
    return (query, deadline) -> calls.call(query, KEY, deadline);
  }
}
