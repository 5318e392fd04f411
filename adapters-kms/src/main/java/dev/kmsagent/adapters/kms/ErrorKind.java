package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import java.util.List;
import java.util.Map;

/**
 * What an error of KMS is about, and what that means for the secret. The code decides; the status
 * does where the code is not a known one, or where KMS itself did not answer.
 */
enum ErrorKind {
  /** The agent exceeds a quota. */
  THROTTLED,
  /** KMS has a fault of its own. */
  SERVER,
  /** The request did not reach KMS in time. */
  TIMEOUT,
  /** The agent's clock differs too much from KMS's. */
  CLOCK,
  /** The account is in arrears or barred. */
  ACCOUNT,
  /** The key, its token or its signature is not accepted. */
  IDENTITY,
  /** The request is wrong: a fault of the agent or of what its client asked for. */
  REQUEST,
  /** The proxy answered, not KMS. */
  PROXY,
  /** Something that redirects answered, not KMS. */
  REDIRECT,
  /** A proxy, a web filter or another service in between answered, not KMS. */
  FOREIGN,
  /** A permanent answer about the secret. */
  REFUSAL;

  private static final int NOT_FOUND = 404;

  /** The beginnings of the codes of each kind. */
  private static final Map<ErrorKind, List<String>> CODES =
      Map.of(
          THROTTLED, List.of("Rejected.Throttling", "Throttling"),
          SERVER,
              List.of(
                  "InternalFailure", "InternalError", "ServiceUnavailable", "SignatureNonceUsed"),
          CLOCK, List.of("IllegalTimestamp", "InvalidTimeStamp", "RequestTimeTooSkewed"),
          ACCOUNT, List.of("Forbidden.InDebt", "Forbidden.ProhibitedBy"),
          IDENTITY,
              List.of(
                  "InvalidAccessKeyId",
                  "InvalidSecurityToken",
                  "SecurityTokenExpired",
                  "SignatureDoesNotMatch",
                  "IncompleteSignature",
                  "AuthenticationFail"),
          REQUEST, List.of("MissingParameter", "InvalidParameter", "UnsupportedOperation"));

  static ErrorKind of(KmsError error) {
    return CODES.entrySet().stream()
        .filter(kind -> kind.getValue().stream().anyMatch(error.code()::startsWith))
        .findFirst()
        .map(Map.Entry::getKey)
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
  NoSecret outcome(KmsError error, SecretQuery query) {
    return switch (this) {
      case THROTTLED -> unavailable(Cause.THROTTLED, error, "KMS asks us to slow down.");
      case SERVER -> unavailable(Cause.SERVER_ERROR, error, "KMS could not answer just now.");
      case TIMEOUT -> unavailable(Cause.TIMEOUT, error, "KMS gave up waiting for our request.");
      case CLOCK -> unavailable(Cause.CLOCK, error, "KMS takes this machine's clock for wrong.");
      case ACCOUNT -> unavailable(Cause.ACCOUNT, error, "The account is in arrears or barred.");
      case IDENTITY ->
          new IdentityRefused(error.code(), "KMS does not accept our AccessKey or its signature.");
      case REQUEST -> new Refused(error, Refused.Scope.QUERY);
      case PROXY ->
          unavailable(Cause.UNREACHABLE, error, "The proxy requires a login (KMS.Proxy).");
      case REDIRECT -> unavailable(Cause.UNREADABLE, error, "Not KMS but a redirect answered.");
      case FOREIGN ->
          unavailable(
              Cause.UNREADABLE,
              error,
              "Not KMS but something in between answered (HTTP status " + error.status() + ").");
      case REFUSAL -> new Refused(error, scope(error, query));
    };
  }

  /** A 404 for one version may be about that version alone. */
  private static Refused.Scope scope(KmsError error, SecretQuery query) {
    return error.status() == NOT_FOUND && !query.isForCurrent()
        ? Refused.Scope.QUERY
        : Refused.Scope.SECRET;
  }

  private static Unavailable unavailable(Cause cause, KmsError error, String detail) {
    return new Unavailable(cause, error.code(), detail);
  }
}
