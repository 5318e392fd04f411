package dev.kmsagent.bootstrap.check;

import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;

/**
 * The result of checking one subject.
 *
 * @param subject what was checked, in a word or two
 * @param message a sentence for people, which says what to do about a problem
 */
public record Finding(Grade grade, String subject, String message) {

  /** The severity. */
  public enum Grade {
    /** As it should be. */
    OK("32"),
    /** Not checked. */
    SKIPPED("2"),
    /** The agent works, but not as it should. */
    WARNING("33"),
    /** The agent cannot do its work. */
    PROBLEM("31;1");

    private final String sgr;

    Grade(String sgr) {
      this.sgr = sgr;
    }

    /** The parameters of SGR (ECMA-48) for its colour on a terminal. */
    String sgr() {
      return sgr;
    }
  }

  static Finding ok(String subject, String message) {
    return new Finding(Grade.OK, subject, message);
  }

  static Finding warning(String subject, String message) {
    return new Finding(Grade.WARNING, subject, message);
  }

  static Finding problem(String subject, String message) {
    return new Finding(Grade.PROBLEM, subject, message);
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
    var advice =
        switch (error.status()) {
          case 403 -> "give this identity the permission policy below.";
          case 404 -> "is the name right, and is this the secret's region and account?";
          default -> error.message();
        };
    return "KMS says %d %s: %s".formatted(error.status(), error.code(), advice);
  }

  private static String withCode(String detail, String code) {
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }
}
