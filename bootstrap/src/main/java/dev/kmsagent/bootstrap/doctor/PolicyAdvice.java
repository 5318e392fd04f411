package dev.kmsagent.bootstrap.doctor;

import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.Region;
import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.regex.Pattern;

/** Says which policies RAM must hold for a configuration: the least that it needs. */
final class PolicyAdvice {
  private static final Pattern ROLE_ARN = Pattern.compile("acs:ram::(\\d+):role/(.+)");
  private static final String ANY = "*";

  private final Report report;

  PolicyAdvice(Report report) {
    this.report = report;
  }

  /** The permission policy of whoever calls KMS for these secrets. */
  void permission(KmsConfig kms, List<SecretName> secrets) {
    report.line("");
    report.line("The permission policy that %s needs:".formatted(holder(kms.credentials())));
    report.line(
        Policies.permission(region(kms.region()), account(kms.credentials()), names(secrets)));
    if (secrets.isEmpty()) {
      report.line("Better name the secrets in it: give each to this command with --secret NAME.");
    }
    report.line(
        "Where a secret is encrypted with a key of your own, allow kms:Decrypt on that key, too.");
  }

  /** The trust policy of a role that a service account takes. */
  void trust(CredentialSource.Rrsa rrsa, OidcToken token) {
    tellTrust(rrsa, policy(rrsa, token));
  }

  /** The trust policy of a role that an instance carries. */
  void trust(CredentialSource.EcsRole role) {
    tellTrust(role, Policies.trustInInstances());
  }

  private void tellTrust(CredentialSource credentials, String policy) {
    report.line("");
    report.line("The trust policy that %s needs:".formatted(holder(credentials)));
    report.line(policy);
  }

  private static String policy(CredentialSource.Rrsa rrsa, OidcToken token) {
    return switch (token) {
      case OidcToken.Claims claims ->
          Policies.trustInServiceAccount(rrsa.oidcProviderArn(), claims.issuer(), claims.subject());
      case OidcToken.Unreadable _ ->
          Policies.trustInServiceAccount(
              rrsa.oidcProviderArn(),
              "ISSUER-OF-THE-CLUSTER",
              "system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT");
    };
  }

  private static String holder(CredentialSource credentials) {
    return switch (credentials) {
      case CredentialSource.Rrsa rrsa -> "the role " + rrsa.roleArn();
      case CredentialSource.EcsRole(CredentialSource.InstanceRole.Named(var name)) ->
          "the role " + name;
      case CredentialSource.EcsRole(CredentialSource.InstanceRole.Found()) ->
          "the role of the instance";
      case CredentialSource.AccessKey _, CredentialSource.TemporaryAccessKey _ ->
          "the owner of the AccessKey";
      case CredentialSource.DefaultChain _ -> "the identity that the default chain finds";
    };
  }

  private static List<String> names(List<SecretName> secrets) {
    return secrets.stream().map(SecretName::value).toList();
  }

  private static String region(Region region) {
    return switch (region) {
      case Region.Named(var id) -> id;
      case Region.Unnamed() -> ANY;
    };
  }

  private static String account(CredentialSource credentials) {
    if (credentials instanceof CredentialSource.Rrsa rrsa) {
      var arn = ROLE_ARN.matcher(rrsa.roleArn());
      return arn.matches() ? arn.group(1) : ANY;
    }
    return ANY;
  }
}
