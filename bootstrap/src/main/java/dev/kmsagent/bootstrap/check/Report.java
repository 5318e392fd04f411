package dev.kmsagent.bootstrap.check;

import dev.kmsagent.config.schema.OneLine;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.io.PrintStream;

/** Prints each finding at once, and counts the problems. Not thread-safe. */
public final class Report {
  private final PrintStream out;
  private int problems;
  private int skipped;

  public Report(PrintStream out) {
    this.out = out;
  }

  /** It is as it should be. */
  public void ok(String subject, String message) {
    print("ok", subject, message);
  }

  /** It was not checked. */
  void skipped(String subject, String message) {
    skipped++;
    print("skipped", subject, message);
  }

  /** The agent works, but not as it should. */
  public void warning(String subject, String message) {
    print("warning", subject, message);
  }

  /** The agent cannot do its work; {@code message} says what to do. */
  public void problem(String subject, String message) {
    problems++;
    print("problem", subject, message);
  }

  /** The message may quote what a server or a proxy has sent. */
  private void print(String grade, String subject, String message) {
    line("%-7s  %-20s  %s".formatted(grade, subject, OneLine.of(message)));
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

  /** A line that is no finding. */
  void line(String text) {
    out.println(text);
  }

  /** Prints the sum of the findings; whether there was no problem. */
  public boolean conclude() {
    var none = skipped == 0 ? "No problem was found." : "No problem was found in what was tried.";
    line("\n" + (problems == 0 ? none : "Problems found: " + problems + "."));
    return problems == 0;
  }
}
