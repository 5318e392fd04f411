package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.NamePrincipal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Provides the key that signs calls of KMS, and its principal. Thread-safe; no method blocks,
 * throws or returns a stage that completes exceptionally.
 */
public interface CredentialsProvider extends NamePrincipal, AutoCloseable {
  /**
   * The current key: at once where one is usable, otherwise when the attempt under way has ended.
   * No stage waits for a later attempt.
   */
  CompletionStage<Outcome> obtain();

  /** The issuer confirms the owner with the key. */
  @Override
  default CompletionStage<Optional<Principal>> confirmed() {
    var known = principal();
    return known.isPresent()
        ? CompletableFuture.completedStage(known)
        : obtain().thenApply(_ -> principal());
  }

  /** Tries to get another key than {@code refused}, which KMS did not accept. */
  CompletionStage<Refresh> refresh(SigningKey refused);

  /** Ends what runs in the background. */
  @Override
  void close();

  /** The outcome of asking for a key. */
  sealed interface Outcome {
    /** The key. */
    record Obtained(SigningKey signingKey) implements Outcome {}

    /** There is no key, and so no secret. */
    record Missing(NoSecret reason) implements Outcome {}
  }

  /** Whether there is another key than the one that was refused. */
  sealed interface Refresh {
    /** There is: the call is worth repeating with it. */
    record Refreshed(SigningKey signingKey) implements Refresh {}

    /** There is not: the issuer still issues the refused key. */
    record Unchanged() implements Refresh {}

    /** There is not, since the issuer issued none at the last attempt. */
    record Failed(NoSecret reason) implements Refresh {}
  }
}
