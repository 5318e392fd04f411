package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.NamePrincipal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where the key comes from that calls to KMS are signed with, and whose it is. Thread-safe; no
 * method waits, throws or hands out a stage that completes exceptionally.
 */
public interface CredentialsProvider extends NamePrincipal, AutoCloseable {
  /** Begins to get a key in the background, so that the first call finds one. */
  void start();

  /**
   * The key that is good now: at once where one is held, else as soon as the attempt to get one has
   * ended that is under way. No stage waits for a later attempt.
   */
  CompletionStage<Outcome> obtain();

  /** Whoever issues a key confirms its owner with it. */
  @Override
  default CompletionStage<Optional<Principal>> confirmed() {
    var known = principal();
    return known.isPresent()
        ? CompletableFuture.completedStage(known)
        : obtain().thenApply(_ -> principal());
  }

  /** Tries to get another key than {@code refused}, which KMS did not accept. */
  CompletionStage<Renewal> renew(SigningKey refused);

  /** Ends what runs in the background. */
  @Override
  void close();

  /** What came of asking for a key. */
  sealed interface Outcome {
    /** Here it is. */
    record Obtained(SigningKey signingKey) implements Outcome {}

    /** There is none, and so no secret either. */
    record Missing(NoSecret reason) implements Outcome {}
  }

  /** Whether there is another key than the one that was refused. */
  sealed interface Renewal {
    /** There is: a call that was refused is worth another attempt. */
    record Renewed() implements Renewal {}

    /** There is not: whoever gives keys gives this one. */
    record Unchanged() implements Renewal {}

    /** There is not, since whoever gives keys gave none when asked last. */
    record Failed(NoSecret reason) implements Renewal {}
  }
}
