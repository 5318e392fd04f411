package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.NoSecret.Unavailable;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outcome for an exception that is a bug, here or in a library. It is logged by its class
 * alone: message and causes of the SDK's exceptions can quote a secret.
 */
public final class UnexpectedFailure {
  private static final Logger LOG = LoggerFactory.getLogger(UnexpectedFailure.class);

  private UnexpectedFailure() {}

  public static Unavailable outcome(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    var type = (cause == null ? failure : cause).getClass().getName();
    LOG.error("A call to KMS failed in an unforeseen way: {}", type);
    return new Unavailable(
        Unavailable.Cause.UNREADABLE, "", "The call failed in an unforeseen way: " + type + ".");
  }
}
