package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.credentials.CredentialType;
import dev.kmsagent.adapters.kms.credentials.RamPolicy;
import dev.kmsagent.config.Region;
import dev.kmsagent.domain.SecretName;
import java.util.List;

/** Says which policies RAM must hold for a configuration: the least that it needs. */
final class PolicyAdvice {
  private static final String ANY = "*";

  private final CredentialType credentials;
  private final Report report;

  PolicyAdvice(CredentialType credentials, Report report) {
    this.credentials = credentials;
    this.report = report;
  }

  /** The permission policy of whoever calls KMS for these secrets. */
  void permission(Region region, List<SecretName> secrets) {
    var names = secrets.stream().map(SecretName::value).toList();
    var account = credentials.account().orElse(ANY);
    tell("permission", RamPolicy.permission(id(region), account, names));
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
    report.line("The %s policy that %s needs:".formatted(kind, credentials.holder()));
    report.line(policy);
  }

  private static String id(Region region) {
    return switch (region) {
      case Region.Named(var id) -> id;
      case Region.Unnamed() -> ANY;
    };
  }
}
