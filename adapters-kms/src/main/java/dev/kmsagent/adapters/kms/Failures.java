package dev.kmsagent.adapters.kms;

import dev.kmsagent.adapters.kms.transport.UnexpectedFailure;
import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.SecretQuery;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failed call comes to. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static NoSecret outcome(Throwable failure, SecretQuery query) {
    return switch (failure) {
      case CallFailed ours -> outcome(ours.reason(), query);
      case CompletionException wrapped when wrapped.getCause() != null ->
          outcome(wrapped.getCause(), query);
      default -> UnexpectedFailure.outcome(failure);
    };
  }

  private static NoSecret outcome(CallFailed.Reason reason, SecretQuery query) {
    return switch (reason) {
      case CallFailed.Reason.NoAnswer(var unavailable) -> unavailable;
      case CallFailed.Reason.ErrorAnswer(var error) -> answered(error, query);
    };
  }

  private static NoSecret answered(KmsError error, SecretQuery query) {
    if (ErrorKind.of(error) == ErrorKind.REQUEST) {
      LOG.error(
          "KMS says that the agent's request is wrong: {} (request id {})",
          error.code(),
          error.requestId());
    }
    return Classification.outcome(error, query);
  }
}
