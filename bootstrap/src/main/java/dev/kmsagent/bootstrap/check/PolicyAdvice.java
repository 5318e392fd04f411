package dev.kmsagent.bootstrap.check;

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

  private final KmsConfig config;
  private final Report report;

  PolicyAdvice(KmsConfig config, Report report) {
    this.config = config;
    this.report = report;
  }

  /** The permission policy of whoever calls KMS for these secrets. */
  void permission(List<SecretName> secrets) {
    var names = secrets.stream().map(SecretName::value).toList();
    var account = account(config.credentials());
    tell("permission", Policies.permission(region(config.region()), account, names));
    if (secrets.isEmpty()) {
      report.line("Better name the secrets in it: give each to this command with --secret NAME.");
    }
    report.line(
        "Where a secret is encrypted with a key of your own, allow kms:Decrypt on that key, too.");
  }

  /** The trust policy of the role. */
  void trust(String policy) {
    tell("trust", policy);
  }

  private void tell(String kind, String policy) {
    report.line("");
    report.line("The %s policy that %s needs:".formatted(kind, holder(config.credentials())));
    report.line(policy);
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
