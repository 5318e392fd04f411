package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * STS: the role that it names, and what its failures mean, in a sentence that says where to look.
 */
final class StsService {
  private static final int PROXY_WANTS_A_LOGIN = 407;

  /**
   * The documented form of {@code AssumedRoleUser.Arn}, and the one that STS has for sessions
   * elsewhere. No name has a slash in it.
   */
  private static final Pattern SESSION =
      Pattern.compile("acs:(?:ram|sts)::(\\d+):(?:assumed-)?role/([\\w.-]{1,64})(?:/[^/]+)?");

  /** Transient errors. */
  private static final List<Advice> TRANSIENT =
      List.of(
          new Advice("Throttling", "STS asks us to slow down."),
          new Advice("Rejected.Throttling", "STS asks us to slow down."),
          new Advice(
              "AuthenticationFail.OIDCToken.Expired",
              "The OIDC token has ended: the platform must replace it in time (KMS.OidcTokenFile),"
                  + " and this machine's clock must be right."),
          new Advice("InvalidTimeStamp", "STS takes this machine's clock for wrong."),
          new Advice("IllegalTimestamp", "STS takes this machine's clock for wrong."),
          new Advice("SignatureNonceUsed", "STS takes our call for one that it got before."),
          new Advice("InternalError", "STS could not answer just now."),
          new Advice("ServiceUnavailable", "STS could not answer just now."));

  /** Permanent errors. */
  private static final List<Advice> PERMANENT =
      List.of(
          new Advice(
              "AuthenticationFail.OIDCToken.AudienceNotMatch",
              "STS does not accept the audience of the OIDC token: it must be one of the client IDs"
                  + " of the OIDC provider (KMS.OidcProviderArn), usually sts.aliyuncs.com."),
          new Advice(
              "AuthenticationFail.OIDCToken",
              "STS cannot verify the OIDC token: the OIDC provider (KMS.OidcProviderArn) must have"
                  + " the issuer URL of this cluster and the fingerprints of its certificate, and the"
                  + " token must be of this cluster."),
          new Advice(
              "AuthenticationFail.NoPermission",
              "STS does not let this workload assume the role: the trust policy of the role must"
                  + " name the OIDC provider (KMS.OidcProviderArn) and fit the token's issuer,"
                  + " audience and subject (system:serviceaccount:NAMESPACE:NAME)."),
          new Advice(
              "EntityNotExist.Role", "The role does not exist: is its name right (KMS.RoleArn)?"),
          new Advice(
              "EntityNotExist.OIDCProvider",
              "The OIDC provider does not exist: is KMS.OidcProviderArn spelt right?"),
          new Advice(
              "InvalidParameter.RoleArn", "STS cannot read the role: is KMS.RoleArn spelt right?"),
          new Advice(
              "InvalidParameter.OIDCProviderArn",
              "STS cannot read the OIDC provider: is KMS.OidcProviderArn spelt right?"),
          new Advice(
              "InvalidParameter.RoleSessionName",
              "STS does not accept the session's name: KMS.RoleSessionName may have 2 to 64"
                  + " letters, digits and .@-_."),
          new Advice(
              "InvalidParameter.DurationSeconds",
              "STS does not grant the hour that is asked for: the role's longest session must be"
                  + " an hour at least."));

  /** The sentence for the codes with this prefix. */
  private record Advice(String codePrefix, String sentence) {}

  private StsService() {}

  /** The role's ARN without the session's name: every session of a role is the same principal. */
  static Optional<Principal> assumedRole(byte[] answer) {
    return Json.object(answer)
        .flatMap(granted -> Json.object(granted, "AssumedRoleUser"))
        .flatMap(user -> Json.string(user, "Arn"))
        .map(SESSION::matcher)
        .filter(Matcher::matches)
        .map(arn -> new Principal("acs:ram::" + arn.group(1) + ":role/" + arn.group(2)));
  }

  /** STS, or something between, answered with an error. */
  static NoSecret refused(int status, byte[] body) {
    var code = CredentialFailure.code(new String(body, StandardCharsets.UTF_8));
    return advice(TRANSIENT, code)
        .<NoSecret>map(sentence -> CredentialFailure.unavailable(code, sentence))
        .orElseGet(() -> byStatus(status, code));
  }

  private static NoSecret byStatus(int status, String code) {
    if (CredentialFailure.isTransient(status)) {
      return CredentialFailure.unavailable(
          code, "STS could not answer just now (HTTP status " + status + ").");
    }
    if (status == PROXY_WANTS_A_LOGIN) {
      return CredentialFailure.unavailable(
          code, "The proxy requires a login: give it in KMS.Proxy as user:password@.");
    }
    if (status / 100 != 4 || code.isEmpty()) {
      return CredentialFailure.unavailable(
          code,
          "Not STS but something else answered (HTTP status " + status + "): see KMS.StsEndpoint.");
    }
    return new IdentityRefused(
        code, advice(PERMANENT, code).orElse("STS refuses to give credentials (" + code + ")."));
  }

  private static Optional<String> advice(List<Advice> advice, String code) {
    return advice.stream()
        .filter(candidate -> code.startsWith(candidate.codePrefix()))
        .findFirst()
        .map(Advice::sentence);
  }

  static NoSecret unanswered(Exception failure) {
    return CredentialFailure.unavailable("", TransportFailure.classify(failure, "STS").detail());
  }
}
