package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.port.SecretSource;
import java.util.concurrent.CompletionStage;

/** Outcomes and sources for tests of failure. */
final class Failing {
  private Failing() {}

  static Unavailable of(Cause cause) {
    return new Unavailable(cause, "", "A test said so.");
  }

  static IdentityRefused identity() {
    return new IdentityRefused("SignatureDoesNotMatch", "A test said so.");
  }

  /** A source that breaks its contract. */
  static SecretSource throwing() {
    return (_, _) -> {
      throw new IllegalStateException("confidential");
    };
  }

  static FetchOutcome outcome(CompletionStage<FetchOutcome> stage) {
    return stage.toCompletableFuture().resultNow();
  }
}
