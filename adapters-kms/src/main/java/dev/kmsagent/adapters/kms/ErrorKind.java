package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.KmsError;
import java.util.List;

/**
 * What an error of KMS is about: told by its code first, and by its status where the code is not
 * one of those that are known.
 */
enum ErrorKind {
  /** We ask too much. */
  THROTTLED,
  /** KMS has a fault of its own. */
  SERVER,
  /** KMS waited for our request in vain. */
  TIMEOUT,
  /** Our clock is off. */
  CLOCK,
  /** The account has not paid, or is barred. */
  ACCOUNT,
  /** Our key, its token or its signature is not accepted. */
  IDENTITY,
  /** The request as such is wrong: a fault of the agent or of what its client asked for. */
  REQUEST,
  /** Not KMS but the proxy spoke. */
  PROXY,
  /** Not KMS but something that redirects spoke. */
  REDIRECT,
  /** A permanent answer about the secret. */
  REFUSAL;

  private record Rule(String codePrefix, ErrorKind kind) {}

  private static final List<Rule> RULES =
      List.of(
          new Rule("Rejected.Throttling", THROTTLED),
          new Rule("Throttling", THROTTLED),
          new Rule("InternalFailure", SERVER),
          new Rule("InternalError", SERVER),
          new Rule("ServiceUnavailable", SERVER),
          new Rule("SignatureNonceUsed", SERVER),
          new Rule("IllegalTimestamp", CLOCK),
          new Rule("InvalidTimeStamp", CLOCK),
          new Rule("RequestTimeTooSkewed", CLOCK),
          new Rule("Forbidden.InDebt", ACCOUNT),
          new Rule("Forbidden.ProhibitedBy", ACCOUNT),
          new Rule("InvalidAccessKeyId", IDENTITY),
          new Rule("InvalidSecurityToken", IDENTITY),
          new Rule("SecurityTokenExpired", IDENTITY),
          new Rule("SignatureDoesNotMatch", IDENTITY),
          new Rule("IncompleteSignature", IDENTITY),
          new Rule("AuthenticationFail", IDENTITY),
          new Rule("MissingParameter", REQUEST),
          new Rule("InvalidParameter", REQUEST),
          new Rule("UnsupportedOperation", REQUEST));

  static ErrorKind of(KmsError error) {
    return RULES.stream()
        .filter(rule -> error.code().startsWith(rule.codePrefix()))
        .findFirst()
        .map(Rule::kind)
        .orElseGet(() -> of(error.status()));
  }

  private static ErrorKind of(int status) {
    return switch (status) {
      case 407 -> PROXY;
      case 408 -> TIMEOUT;
      case 429 -> THROTTLED;
      default -> status / 100 == 4 ? REFUSAL : status / 100 == 3 ? REDIRECT : SERVER;
    };
  }
}
