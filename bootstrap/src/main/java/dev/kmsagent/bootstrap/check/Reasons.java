package dev.kmsagent.bootstrap.check;

import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;

/** Why there is no secret, in a sentence that tells what to do. */
final class Reasons {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private Reasons() {}

  static String of(NoSecret reason) {
    return switch (reason) {
      case Refused(var error, _) -> of(error);
      case IdentityRefused(var code, var detail) -> told(detail, code);
      case Unavailable(_, var code, var detail) -> told(detail, code);
    };
  }

  private static String of(KmsError error) {
    var said = "KMS says %d %s: ".formatted(error.status(), error.code());
    return switch (error.status()) {
      case FORBIDDEN -> said + "give this identity the permission policy below.";
      case NOT_FOUND -> said + "is the name right, and is this the secret's region and account?";
      default -> said + error.message();
    };
  }

  private static String told(String detail, String code) {
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }
}
