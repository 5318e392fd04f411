package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;

/** The failures of the API for retrievals without a secret. */
final class UpstreamFailures {
  private UpstreamFailures() {}

  static Failure of(NoSecret reason) {
    return switch (reason) {
      case Refused refused -> of(refused);
      case Unavailable unavailable -> of(unavailable);
      case IdentityRefused identity -> credentials(identity.detail());
    };
  }

  /** KMS's own code and message; with a status that is no refusal, a fault of KMS. */
  private static Failure of(Refused refused) {
    var error = refused.error();
    return error.status() >= 400 && error.status() < 500
        ? new Failure(error.status(), error.code(), error.message(), error.requestId())
        : upstream(
            "KMS refused with the status " + error.status() + " and the code " + error.code());
  }

  private static Failure of(Unavailable unavailable) {
    var detail = unavailable.detail();
    return switch (unavailable.cause()) {
      case UNREACHABLE, TLS, SERVER_ERROR, UNREADABLE, CLOCK -> upstream(detail);
      case TIMEOUT, DEADLINE -> Failure.of(504, "UpstreamTimeout", detail);
      case THROTTLED -> Failure.of(429, codeOr(unavailable, "TooManyRequests"), detail);
      case ACCOUNT -> Failure.of(403, codeOr(unavailable, "Forbidden.InDebt"), detail);
      case CREDENTIALS -> credentials(detail);
      case CIRCUIT_OPEN -> Failure.of(503, "CircuitOpen", detail);
      case BULKHEAD_FULL, RATE_LIMITED -> Failure.of(503, "Overloaded", detail);
      case AUDIT -> Failure.of(503, "AuditUnavailable", detail);
    };
  }

  private static Failure upstream(String detail) {
    return Failure.of(502, "UpstreamUnavailable", detail);
  }

  private static Failure credentials(String detail) {
    return Failure.of(502, "CredentialsUnavailable", detail);
  }

  private static String codeOr(Unavailable unavailable, String code) {
    return unavailable.code().isEmpty() ? code : unavailable.code();
  }
}
