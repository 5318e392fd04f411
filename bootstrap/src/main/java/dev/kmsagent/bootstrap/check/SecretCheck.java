package dev.kmsagent.bootstrap.check;

import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.InstantSource;

/** Whether this identity may read a secret: it is read, and its value is not looked at. */
final class SecretCheck {
  private final SecretSource kms;
  private final Duration patience;
  private final Report report;
  private final InstantSource clock;

  /**
   * @param patience with one secret
   */
  SecretCheck(SecretSource kms, Duration patience, Report report, InstantSource clock) {
    this.kms = kms;
    this.patience = patience;
    this.report = report;
    this.clock = clock;
  }

  /** Reads a secret and waits for it. */
  void check(SecretName name) {
    var query = SecretQuery.current(name);
    var outcome = kms.fetch(query, clock.instant().plus(patience)).toCompletableFuture().join();
    report.add(judge("secret " + name, outcome));
  }

  private static Finding judge(String subject, FetchOutcome outcome) {
    return switch (outcome) {
      case Fetched(var secret) -> Finding.ok(subject, described(secret));
      case NoSecret reason -> Finding.problem(subject, Reasons.of(reason));
    };
  }

  private static String described(Secret secret) {
    return "It may be read: %s, version %s."
        .formatted(
            secret.dataType() == DataType.BINARY ? "binary" : "text", secret.version().value());
  }
}
