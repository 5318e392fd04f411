package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;

import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Protocol;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of {@code CredentialType = "RRSA"}. */
final class RrsaTable implements Table<CredentialSource.Rrsa> {
  private static final String SESSION_NAME = "kms-agent";

  static final ConfigKey<String> ROLE_ARN =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.RoleArn",
          Shapes.text(
              "acs:ram::ACCOUNT:role/NAME",
              arn -> arn.matches("acs:ram::[0-9]+:role/[A-Za-z0-9.@_-]+")),
          RrsaTable.<String>standard(
              "none", "\"acs:ram::1234567890123456:role/kms-reader\"", "ALIBABA_CLOUD_ROLE_ARN"),
          "the role to assume, with `CredentialType = \"RRSA\"`");
  static final ConfigKey<String> OIDC_PROVIDER_ARN =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.OidcProviderArn",
          Shapes.text(
              "acs:ram::ACCOUNT:oidc-provider/NAME",
              arn -> arn.matches("acs:ram::[0-9]+:oidc-provider/[A-Za-z0-9.@_-]+")),
          RrsaTable.<String>standard(
              "none",
              "\"acs:ram::1234567890123456:oidc-provider/ack-rrsa-c0123456789\"",
              "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
          "who vouches for the token, with `CredentialType = \"RRSA\"`");
  static final ConfigKey<Path> OIDC_TOKEN_FILE =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.OidcTokenFile",
          Shapes.path("a path"),
          RrsaTable.<Path>standard(
              "none",
              "\"/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token\"",
              "ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
          "the platform's token, read anew at each renewal; it need not exist at the start");
  static final ConfigKey<String> ROLE_SESSION_NAME =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.RoleSessionName",
          Shapes.text(
              "2..64 letters, digits or .@-_", name -> name.matches("[A-Za-z0-9.@_-]{2,64}")),
          RrsaTable.<String>standard(
              Literal.of(SESSION_NAME), Literal.of("orders"), "ALIBABA_CLOUD_ROLE_SESSION_NAME"),
          "what ActionTrail calls the session of the role");
  static final ConfigKey<HostPort> STS_ENDPOINT =
      new ConfigKey<>(
          "KMS.StsEndpoint",
          ConfigKey.Kin.OURS,
          HostPort.SHAPE,
          new Absent.Derived<>(
              StsEndpoint::byRegion,
              "sts.REGION.aliyuncs.com",
              "\"sts-vpc.cn-hangzhou.aliyuncs.com\""),
          "where STS exchanges the token, over TLS; by default in the region, which the endpoint"
              + " of KMS tells too, and `sts-vpc.` where that endpoint is one in a VPC");

  /** The keys that RRSA cannot do without. */
  static final List<ConfigKey<?>> NEEDED = List.of(ROLE_ARN, OIDC_PROVIDER_ARN, OIDC_TOKEN_FILE);

  /** A standard variable that counts where RRSA can be meant. */
  private static <T> Absent.Unset<T> standard(String otherwise, String example, String variable) {
    return ConfigKey.<T>unset(otherwise, example, variable)
        .when(
            values -> CredentialTable.isOneOf(values, CredentialType.DEFAULT, CredentialType.RRSA));
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ROLE_ARN, OIDC_PROVIDER_ARN, OIDC_TOKEN_FILE, ROLE_SESSION_NAME, STS_ENDPOINT);
  }

  /**
   * The key that asks for RRSA where the type does not. The role's variable does not: other tools
   * use it to assume a role with an AccessKey.
   */
  static Optional<ConfigKey<?>> askedFor(Values values) {
    return NEEDED.stream()
        .filter(key -> values.settled(key).isPresent())
        .filter(key -> !key.equals(ROLE_ARN) || values.isExplicit(key))
        .findFirst();
  }

  @Override
  public CredentialSource.Rrsa assemble(Values values) {
    HostPort sts = values.get(STS_ENDPOINT);
    return new CredentialSource.Rrsa(
        values.get(ROLE_ARN),
        values.get(OIDC_PROVIDER_ARN),
        values.resolve(values.get(OIDC_TOKEN_FILE)),
        values.find(ROLE_SESSION_NAME).orElse(SESSION_NAME),
        new Endpoint(Protocol.HTTPS, sts.host(), sts.portOr(Protocol.HTTPS.defaultPort())));
  }
}
