package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;

/** Whether there is a key to sign calls with. */
final class IdentityCheck {
  private static final String SUBJECT = "credentials";

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

  /** Asks for a key and waits for it; attempts end by deadlines of their own. */
  Identity check() {
    var finding = judge(credentials.obtain().toCompletableFuture().join());
    report.add(finding);
    return finding.grade() == Finding.Grade.OK ? Identity.KNOWN : Identity.UNKNOWN;
  }

  private static Finding judge(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Obtained _ -> Finding.ok(SUBJECT, "There is a key to sign calls with.");
      case Outcome.Missing(var reason) -> Finding.problem(SUBJECT, SecretCheck.explain(reason));
    };
  }
}
