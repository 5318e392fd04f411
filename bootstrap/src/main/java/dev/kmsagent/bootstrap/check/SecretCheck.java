package dev.kmsagent.bootstrap.check;

import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.InstantSource;

/** Whether the identity may read a secret: the secret is read and its value is dropped. */
final class SecretCheck {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final SecretSource kms;
  private final Duration timeout;
  private final Report report;
  private final InstantSource clock;

  /**
   * @param timeout of one secret
   */
  SecretCheck(SecretSource kms, Duration timeout, Report report, InstantSource clock) {
    this.kms = kms;
    this.timeout = timeout;
    this.report = report;
    this.clock = clock;
  }

  /** Reads a secret and waits for it. */
  void check(SecretName name) {
    var query = SecretQuery.current(name);
    var outcome = kms.fetch(query, clock.instant().plus(timeout)).toCompletableFuture().join();
    report.add(judge("secret " + name, outcome));
  }

  private static Finding judge(String subject, FetchOutcome outcome) {
    return switch (outcome) {
      case Fetched fetched -> Finding.ok(subject, described(fetched.secret()));
      case NoSecret reason -> Finding.problem(subject, explain(reason));
    };
  }

  /** Why there is no secret, in a sentence that says what to do. */
  static String explain(NoSecret reason) {
    return switch (reason) {
      case Refused(var error, _) -> explain(error);
      case IdentityRefused(var code, var detail) -> withCode(detail, code);
      case Unavailable(_, var code, var detail) -> withCode(detail, code);
    };
  }

  private static String explain(KmsError error) {
    var said = "KMS says %d %s: ".formatted(error.status(), error.code());
    return switch (error.status()) {
      case FORBIDDEN -> said + "give this identity the permission policy below.";
      case NOT_FOUND -> said + "is the name right, and is this the secret's region and account?";
      default -> said + error.message();
    };
  }

  private static String withCode(String detail, String code) {
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }

  private static String described(Secret secret) {
    return "It may be read: %s, version %s."
        .formatted(
            secret.dataType() == DataType.BINARY ? "binary" : "text", secret.version().value());
  }
}
