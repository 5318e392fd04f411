package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an error of KMS is about, and what that means for the secret. The code decides; the status
 * does where the code is not a known one, or where KMS itself did not answer.
 */
enum ErrorKind {
  /** The agent exceeds a quota. */
  THROTTLED(Cause.THROTTLED, "KMS asks us to slow down.", "Rejected.Throttling", "Throttling"),
  /** KMS has a fault of its own. */
  SERVER(
      Cause.SERVER_ERROR,
      "KMS could not answer just now.",
      "InternalFailure",
      "InternalError",
      "ServiceUnavailable",
      "SignatureNonceUsed"),
  /** The request did not reach KMS in time. */
  TIMEOUT(Cause.TIMEOUT, "KMS gave up waiting for our request."),
  /** The agent's clock differs too much from KMS's. */
  CLOCK(
      Cause.CLOCK,
      "KMS takes this machine's clock for wrong.",
      "IllegalTimestamp",
      "InvalidTimeStamp",
      "RequestTimeTooSkewed"),
  /** The account is in arrears or barred. */
  ACCOUNT(
      Cause.ACCOUNT,
      "The account is in arrears or barred.",
      "Forbidden.InDebt",
      "Forbidden.ProhibitedBy"),
  /** The proxy answered, not KMS. */
  PROXY(Cause.UNREACHABLE, "The proxy requires a login (KMS.Proxy)."),
  /** Something that redirects answered, not KMS. */
  REDIRECT(Cause.UNREADABLE, "Not KMS but a redirect answered."),
  /** A proxy, a web filter or another service in between answered, not KMS. */
  FOREIGN(Cause.UNREADABLE, "Not KMS but something in between answered (HTTP status %d)."),
  /** The key, its token or its signature is not accepted. */
  IDENTITY(
      null,
      "KMS does not accept the key %s or its signature. %s",
      "InvalidAccessKeyId",
      "InvalidSecurityToken",
      "SecurityTokenExpired",
      "SignatureDoesNotMatch",
      "IncompleteSignature",
      "AuthenticationFail"),
  /** The request is wrong: a fault of the agent or of what its client asked for. */
  REQUEST(null, "", "MissingParameter", "InvalidParameter", "UnsupportedOperation"),
  /** A permanent answer about the secret. */
  REFUSAL(null, "");

  private static final int NOT_FOUND = 404;

  private final @Nullable Cause cause;
  private final String detail;

  /** The beginnings of its codes, one a line: the fields of an enum are immutable. */
  private final String codes;

  /**
   * @param cause why the secret is unavailable; {@code null} where KMS refuses
   * @param detail a sentence for people, which may hold the status, or the id of the key and what
   *     becomes of it
   * @param codes the beginnings of the codes of this kind
   */
  ErrorKind(@Nullable Cause cause, String detail, String... codes) {
    this.cause = cause;
    this.detail = detail;
    this.codes = String.join("\n", codes);
  }

  static ErrorKind of(KmsError error) {
    return Arrays.stream(values())
        .filter(kind -> kind.codes.lines().anyMatch(error.code()::startsWith))
        .findFirst()
        .orElseGet(() -> byStatus(error.status(), REFUSAL));
  }

  /**
   * The kind of a status alone.
   *
   * @param other4xx the kind of a 4xx that says nothing itself
   */
  static ErrorKind byStatus(int status, ErrorKind other4xx) {
    return switch (status) {
      case 407 -> PROXY;
      case 408 -> TIMEOUT;
      case 429 -> THROTTLED;
      default -> status / 100 == 4 ? other4xx : status / 100 == 3 ? REDIRECT : SERVER;
    };
  }

  /** What {@code error}, which is of this kind, means for the secret. */
  NoSecret outcome(KmsError error, SecretQuery query, String keyId) {
    if (cause != null) {
      return new Unavailable(cause, error.code(), detail.formatted(error.status()));
    }
    return this == IDENTITY
        ? new IdentityRefused(error.code(), detail.formatted(keyId, advice(keyId)))
        : new Refused(error, this == REQUEST ? Refused.Scope.QUERY : scope(error, query));
  }

  /** STS gives keys of roles, with this prefix. */
  private static String advice(String keyId) {
    return keyId.startsWith("STS.")
        ? "The agent gets another key of the role."
        : "Replace it, and restart the agent.";
  }

  /** A 404 for one version may be about that version alone. */
  private static Refused.Scope scope(KmsError error, SecretQuery query) {
    return error.status() == NOT_FOUND && !query.isForCurrent()
        ? Refused.Scope.QUERY
        : Refused.Scope.SECRET;
  }
}
