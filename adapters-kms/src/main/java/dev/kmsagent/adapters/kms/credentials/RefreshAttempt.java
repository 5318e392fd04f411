package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt to be issued a key. Whatever becomes of it, its end is told, once. */
final class RefreshAttempt extends FutureTask<Issue> {
  private static final Logger LOG = LoggerFactory.getLogger(RefreshAttempt.class);

  private final Consumer<Issue> atEnd;

  RefreshAttempt(KeyIssuer issuer, Consumer<Issue> atEnd) {
    super(issuer::issue);
    this.atEnd = atEnd;
  }

  /** Ends it now, unless it has ended, and interrupts its thread. */
  void breakOff() {
    cancel(true);
  }

  @Override
  protected void done() {
    atEnd.accept(
        switch (state()) {
          case SUCCESS -> resultNow();
          case CANCELLED -> failed("Whoever issues credentials did not answer in time.");
          case FAILED -> unforeseen(exceptionNow());
          case RUNNING -> throw new IllegalStateException("an attempt has ended and still runs");
        });
  }

  /** A bug, here or in a library. Its class is told alone: the rest can quote a key. */
  private static Issue unforeseen(Throwable failure) {
    var type = failure.getClass().getName();
    LOG.error("Asking for credentials failed in an unforeseen way: {}", type);
    return failed("Asking for credentials failed in an unforeseen way: " + type + ".");
  }

  private static Issue failed(String detail) {
    return new Issue.NotIssued(new Unavailable(Unavailable.Cause.CREDENTIALS, "", detail));
  }
}
