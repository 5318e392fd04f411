package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;
import static dev.kmsagent.config.loading.ConfigKey.unset;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The part of {@code [KMS]} that says as whom KMS is called. */
final class CredentialTable implements Table<CredentialSource> {

  /** The words of {@code CredentialType}. */
  enum Type {
    DEFAULT,
    ACCESS_KEY
  }

  static final ConfigKey<Type> TYPE =
      ours(
          "KMS.CredentialType",
          Shapes.word(
              Words.of("Default", Type.DEFAULT)
                  .and("AccessKey", Type.ACCESS_KEY)
                  .andLater("RRSA")
                  .andLater("EcsRamRole")),
          Type.DEFAULT,
          "where the identity comes from: the standard chain of Alibaba Cloud's SDKs, or an"
              + " AccessKey");
  static final ConfigKey<String> ACCESS_KEY_ID =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.AccessKeyId",
          Shapes.text("an AccessKey id", id -> id.matches("[!-~]+")),
          unset("none", "\"${ENV:MY_ACCESS_KEY_ID}\"", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
          "who signs, with `CredentialType = \"AccessKey\"`");
  static final ConfigKey<ConfidentialText> ACCESS_KEY_SECRET =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.AccessKeySecret",
          Shapes.confidential(),
          unset(
              "none",
              "\"${FILE:/run/secrets/access-key-secret}\"",
              "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
          "what signs, with `CredentialType = \"AccessKey\"`");
  static final ConfigKey<ConfidentialText> SECURITY_TOKEN =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.SecurityToken",
          Shapes.confidential(),
          unset("none", "\"${FILE:/run/secrets/security-token}\"", "ALIBABA_CLOUD_SECURITY_TOKEN"),
          "what STS adds to temporary credentials, with `CredentialType = \"AccessKey\"`");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(TYPE, ACCESS_KEY_ID, ACCESS_KEY_SECRET, SECURITY_TOKEN);
  }

  @Override
  public List<String> later() {
    return List.of(
        "KMS.RoleArn",
        "KMS.OidcProviderArn",
        "KMS.OidcTokenFile",
        "KMS.RoleSessionName",
        "KMS.StsEndpoint",
        "KMS.RoleName");
  }

  @Override
  public List<Rule> rules() {
    return Stream.concat(
            Stream.of(ACCESS_KEY_ID, ACCESS_KEY_SECRET).map(CredentialTable::isGiven),
            Stream.of(ACCESS_KEY_ID, ACCESS_KEY_SECRET, SECURITY_TOKEN)
                .map(CredentialTable::isOfUse))
        .toList();
  }

  private static Rule isGiven(ConfigKey<?> key) {
    return Rule.on(
        "`KMS.CredentialType = \"AccessKey\"` comes with `KMS.AccessKeyId` and"
            + " `KMS.AccessKeySecret`",
        values ->
            values.get(TYPE) == Type.ACCESS_KEY && values.settled(key).isEmpty()
                ? Optional.of(
                    new Problem(
                        values.origin(TYPE),
                        key.path(),
                        "is missing, and KMS.CredentialType = \"AccessKey\" needs it",
                        "",
                        ""))
                : Optional.empty(),
        TYPE,
        key);
  }

  private static Rule isOfUse(ConfigKey<?> key) {
    return Rule.on(
        "`KMS.AccessKeyId`, `KMS.AccessKeySecret` and `KMS.SecurityToken` are given with"
            + " `KMS.CredentialType = \"AccessKey\"` alone",
        values ->
            values.get(TYPE) == Type.DEFAULT && values.isExplicit(key)
                ? Optional.of(
                    new Problem(
                        values.origin(key),
                        key.path(),
                        "is of no use without KMS.CredentialType = \"AccessKey\"",
                        "",
                        ""))
                : Optional.empty(),
        TYPE,
        key);
  }

  @Override
  public CredentialSource assemble(Values values) {
    return switch (values.get(TYPE)) {
      case DEFAULT -> new CredentialSource.DefaultChain();
      case ACCESS_KEY -> accessKey(values);
    };
  }

  private static CredentialSource accessKey(Values values) {
    String id = values.get(ACCESS_KEY_ID);
    ConfidentialText secret = values.get(ACCESS_KEY_SECRET);
    return values
        .find(SECURITY_TOKEN)
        .<CredentialSource>map(token -> new CredentialSource.TemporaryAccessKey(id, secret, token))
        .orElseGet(() -> new CredentialSource.AccessKey(id, secret));
  }
}
