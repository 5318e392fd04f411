package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.VirtualTime;
import java.util.concurrent.CompletionStage;

/** Calls of a source, a source of calls, and how they fail. */
final class TestCalls {
  static final SigningKey KEY = SigningKey.longLived("ak", "sk");
  static final IdentityRefused IDENTITY_REFUSED =
      new IdentityRefused("InvalidSecurityToken.Expired", "A test said so.");

  private TestCalls() {}

  static Unavailable failed(Cause cause) {
    return new Unavailable(cause, "", "A test said so.");
  }

  static FetchOutcome outcome(CompletionStage<FetchOutcome> stage) {
    return stage.toCompletableFuture().resultNow();
  }

  /** Exchanges without an end of their own. */
  static BoundedCalls.Exchanges exchange(SecretSource source, VirtualTime time) {
    var never = AMPLE.multipliedBy(1000);
    return (query, _) -> source.fetch(query, time.instant().plus(never)).toCompletableFuture();
  }

  static KmsCalls of(SecretSource source) {
    return (query, _, deadline) -> source.fetch(query, deadline);
  }

  static SecretSource source(KmsCalls calls) {
    return (query, deadline) -> calls.call(query, KEY, deadline);
  }
}
