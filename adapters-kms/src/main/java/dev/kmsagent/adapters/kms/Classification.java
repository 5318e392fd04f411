package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;

/** What an error of KMS means for the secret that was asked for. */
final class Classification {
  private static final int NOT_FOUND = 404;

  private Classification() {}

  static NoSecret outcome(KmsError error, SecretQuery query) {
    return switch (ErrorKind.of(error)) {
      case THROTTLED -> unavailable(Cause.THROTTLED, error, "KMS asks us to slow down.");
      case SERVER -> unavailable(Cause.SERVER_ERROR, error, "KMS could not answer just now.");
      case TIMEOUT -> unavailable(Cause.TIMEOUT, error, "KMS gave up waiting for our request.");
      case CLOCK -> unavailable(Cause.CLOCK, error, "KMS takes this machine's clock for wrong.");
      case ACCOUNT -> unavailable(Cause.ACCOUNT, error, "The account is in arrears or barred.");
      case IDENTITY ->
          new IdentityRefused(error.code(), "KMS does not accept our AccessKey or its signature.");
      case REQUEST -> new Refused(error, Refused.Scope.QUERY);
      case PROXY -> unavailable(Cause.UNREACHABLE, error, "The proxy wants a login (KMS.Proxy).");
      case REDIRECT -> unavailable(Cause.UNREADABLE, error, "Not KMS but a redirect answered.");
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
