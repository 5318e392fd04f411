package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import java.util.List;

/** The keys of {@code CredentialType = "AccessKey"}. */
final class AccessKeyTable implements Table<CredentialSource> {
  static final ConfigKey<String> ID =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.AccessKeyId",
          Shapes.text("an AccessKey id", id -> id.matches("[!-~]+")),
          standard("\"${ENV:MY_ACCESS_KEY_ID}\"", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
          "who signs, with `CredentialType = \"AccessKey\"`");
  static final ConfigKey<ConfidentialText> SECRET =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.AccessKeySecret",
          Shapes.confidential(),
          standard("\"${FILE:/run/secrets/access-key-secret}\"", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
          "what signs, with `CredentialType = \"AccessKey\"`");
  static final ConfigKey<ConfidentialText> SECURITY_TOKEN =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.SecurityToken",
          Shapes.confidential(),
          standard("\"${FILE:/run/secrets/security-token}\"", "ALIBABA_CLOUD_SECURITY_TOKEN"),
          "what STS adds to temporary credentials, with `CredentialType = \"AccessKey\"`");

  /** The keys that it cannot do without. */
  static final List<ConfigKey<?>> NEEDED = List.of(ID, SECRET);

  /** A standard variable that counts unless the identity is another one. */
  private static <T> Absent.Unset<T> standard(String example, String variable) {
    return ConfigKey.<T>unset("none", example, variable).when(AccessKeyTable::isPossible);
  }

  private static boolean isPossible(Values values) {
    return CredentialTable.isOneOf(values, CredentialType.ACCESS_KEY, CredentialType.DEFAULT)
        && !CredentialRules.rrsaIsMeant(values);
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ID, SECRET, SECURITY_TOKEN);
  }

  @Override
  public CredentialSource assemble(Values values) {
    String id = values.get(ID);
    ConfidentialText secret = values.get(SECRET);
    return values
        .find(SECURITY_TOKEN)
        .<CredentialSource>map(token -> new CredentialSource.TemporaryAccessKey(id, secret, token))
        .orElseGet(() -> new CredentialSource.AccessKey(id, secret));
  }
}
