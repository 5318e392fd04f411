package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.NamePrincipal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

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

  /**
   * Tries to get another key than {@code refused}, which KMS did not accept. It is obtained again
   * where there is no other.
   */
  CompletionStage<Outcome> refresh(SigningKey refused);

  /** Ends what runs in the background. */
  @Override
  void close();

  /** The outcome of asking for a key. */
  sealed interface Outcome {
    /** The outcome of {@code call} with the key; without a key, why there is none. */
    default CompletionStage<FetchOutcome> then(
        Function<SigningKey, CompletionStage<FetchOutcome>> call) {
      return this instanceof Obtained(var signingKey)
          ? call.apply(signingKey)
          : CompletableFuture.completedStage(((Missing) this).reason());
    }

    /** The key. */
    record Obtained(SigningKey signingKey) implements Outcome {}

    /** There is no key, and so no secret. */
    record Missing(NoSecret reason) implements Outcome {}
  }
}
