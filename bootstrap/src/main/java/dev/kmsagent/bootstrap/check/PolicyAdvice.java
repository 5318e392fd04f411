package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.credentials.CredentialType;
import dev.kmsagent.adapters.kms.credentials.RamPolicy;
import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.Optional;

/** Says which policies RAM must hold for these credentials: the least that they need. */
record PolicyAdvice(CredentialType credentials, Report report) {
  private static final String ANY = "*";

  /** The permission policy of the caller of KMS for these secrets, and the trust of its role. */
  void print(Optional<String> region, List<SecretName> secrets) {
    var names = secrets.stream().map(SecretName::value).toList();
    print(
        "permission",
        RamPolicy.permission(region.orElse(ANY), credentials.account().orElse(ANY), names));
    if (secrets.isEmpty()) {
      report.line("Better name the secrets in it: give each to this command with --secret NAME.");
    }
    report.line(
        "Where a secret is encrypted with a key of your own, allow kms:Decrypt on that key, too.");
    credentials.trustPolicy().ifPresent(policy -> print("trust", policy));
  }

  private void print(String kind, String policy) {
    report.line("");
    report.line("The %s policy that %s needs:".formatted(kind, credentials.holder()));
    report.line(policy);
  }
}
