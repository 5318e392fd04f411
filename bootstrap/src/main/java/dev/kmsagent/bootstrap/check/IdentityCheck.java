package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Whether there is a key to sign calls with. */
final class IdentityCheck {
  private static final String SUBJECT = "credentials";

  /** Longer than getting a key takes where everything works. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CredentialsProvider credentials;
  private final Report report;

  IdentityCheck(CredentialsProvider credentials, Report report) {
    this.credentials = credentials;
    this.report = report;
  }

  /** Whether it is of use to call KMS. */
  enum Identity {
    KNOWN,
    UNKNOWN
  }

  /** Asks for a key and waits for it. */
  Identity check() {
    var outcome =
        credentials
            .obtain()
            .toCompletableFuture()
            .thenApply(IdentityCheck::judge)
            .completeOnTimeout(late(), PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return report(outcome);
  }

  private Identity report(CompletableFuture<Finding> outcome) {
    var finding = outcome.join();
    report.add(finding);
    return finding.grade() == Finding.Grade.OK ? Identity.KNOWN : Identity.UNKNOWN;
  }

  private static Finding judge(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Obtained _ -> Finding.ok(SUBJECT, "There is a key to sign calls with.");
      case Outcome.Missing(var reason) -> Finding.problem(SUBJECT, SecretCheck.explain(reason));
    };
  }

  private static Finding late() {
    return Finding.problem(SUBJECT, "None came within %d s.".formatted(PATIENCE.toSeconds()));
  }
}
