package dev.kmsagent.config;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.ConfigKey.DefaultValue.Derived;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The credentials that KMS is called with: {@code KMS.CredentialType} with its settings. */
public sealed interface CredentialSource {

  /** The standard chain of Alibaba Cloud's credentials library. */
  record DefaultChain() implements CredentialSource {

    /** The type {@code Default}, where no key implies another one. */
    static final class Keys extends CredentialTable<DefaultChain> {
      Keys(ConfigKey<String> type) {
        super(DEFAULT, type);
      }

      /** It may find one identity now and another later. */
      @Override
      boolean namesPrincipal() {
        return false;
      }

      @Override
      public DefaultChain build(Values values) {
        return new DefaultChain();
      }
    }
  }

  /** A long-lived AccessKey. */
  record AccessKey(String id, ConfidentialText secret) implements CredentialSource {

    /** The keys of {@code CredentialType = "AccessKey"}. */
    static final class Keys extends CredentialTable<CredentialSource> {
      private final ConfigKey<String> id =
          key(
                  "AccessKeyId",
                  ValueTypes.text("an AccessKey id", id -> id.matches("[!-~]+")),
                  standard("none", "\"${ENV:MY_ACCESS_KEY_ID}\"", "ALIBABA_CLOUD_ACCESS_KEY_ID"))
              .means("the AccessKey id, with `CredentialType = \"AccessKey\"`");
      private final ConfigKey<ConfidentialText> secret =
          key(
                  "AccessKeySecret",
                  ConfidentialText.type(),
                  standard(
                      "none",
                      "\"${FILE:/run/secrets/access-key-secret}\"",
                      "ALIBABA_CLOUD_ACCESS_KEY_SECRET"))
              .means("the AccessKey secret, with `CredentialType = \"AccessKey\"`");
      private final ConfigKey<ConfidentialText> securityToken =
          key(
                  "SecurityToken",
                  ConfidentialText.type(),
                  standard(
                      "none",
                      "\"${FILE:/run/secrets/security-token}\"",
                      "ALIBABA_CLOUD_SECURITY_TOKEN"))
              .means("the token of temporary credentials, with `CredentialType = \"AccessKey\"`");

      private final Rrsa.Keys rrsa;

      Keys(ConfigKey<String> type, Rrsa.Keys rrsa) {
        super("AccessKey", type);
        this.rrsa = rrsa;
      }

      @Override
      List<ConfigKey<?>> required() {
        return List.of(id, secret);
      }

      /** The default chain reads them too. */
      @Override
      boolean readsVariables(Values values) {
        return isChosen(name(), values)
            || (isChosen(DEFAULT, values) && rrsa.impliedBy(values).isEmpty());
      }

      @Override
      public CredentialSource build(Values values) {
        return securityToken
            .findIn(values)
            .<CredentialSource>map(
                token -> new TemporaryAccessKey(id.in(values), secret.in(values), token))
            .orElseGet(() -> new AccessKey(id.in(values), secret.in(values)));
      }
    }
  }

  /** Temporary credentials, as STS issues them. */
  record TemporaryAccessKey(String id, ConfidentialText secret, ConfidentialText securityToken)
      implements CredentialSource {}

  /**
   * A RAM role for the service account of a pod: the platform's OIDC token is exchanged for
   * temporary credentials of the role.
   *
   * @param oidcTokenFile an absolute path; it need not exist yet
   * @param stsEndpoint where the exchange is made, always over TLS
   */
  record Rrsa(
      String roleArn,
      String oidcProviderArn,
      Path oidcTokenFile,
      String roleSessionName,
      Endpoint stsEndpoint)
      implements CredentialSource {

    /** The keys of {@code CredentialType = "RRSA"}. */
    static final class Keys extends CredentialTable<Rrsa> {
      private static final String SESSION_NAME = "kms-agent";

      /** Which ack-pod-identity-webhook sets beside the endpoint, as the SDKs read them. */
      private static final String STS_REGION = "ALIBABA_CLOUD_STS_REGION";

      private static final String IN_VPC = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";

      private final ConfigKey<String> roleArn =
          key(
                  "RoleArn",
                  ValueTypes.text(
                      "acs:ram::ACCOUNT:role/NAME",
                      arn -> arn.matches("acs:ram::[0-9]+:role/[A-Za-z0-9.@_-]+")),
                  standard(
                      "none",
                      "\"acs:ram::1234567890123456:role/kms-reader\"",
                      "ALIBABA_CLOUD_ROLE_ARN"))
              .means("the role to assume, with `CredentialType = \"RRSA\"`");
      private final ConfigKey<String> oidcProviderArn =
          key(
                  "OidcProviderArn",
                  ValueTypes.text(
                      "acs:ram::ACCOUNT:oidc-provider/NAME",
                      arn -> arn.matches("acs:ram::[0-9]+:oidc-provider/[A-Za-z0-9.@_-]+")),
                  standard(
                      "none",
                      "\"acs:ram::1234567890123456:oidc-provider/ack-rrsa-c0123456789\"",
                      "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"))
              .means("the OIDC provider of the token, with `CredentialType = \"RRSA\"`");
      private final ConfigKey<Path> oidcTokenFile =
          key(
                  "OidcTokenFile",
                  ValueTypes.path("a path"),
                  standard(
                      "none",
                      "\"/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token\"",
                      "ALIBABA_CLOUD_OIDC_TOKEN_FILE"))
              .means(
                  "the file of the platform's OIDC token, read at each renewal; it may be missing "
                      + "at start");
      private final ConfigKey<String> roleSessionName =
          key(
                  "RoleSessionName",
                  ValueTypes.text(
                      "2..64 letters, digits or .@-_",
                      name -> name.matches("[A-Za-z0-9.@_-]{2,64}")),
                  standard(
                      TomlValue.literal(SESSION_NAME),
                      "\"orders\"",
                      "ALIBABA_CLOUD_ROLE_SESSION_NAME"))
              .means("the name of the role's session, as ActionTrail shows it");
      private final ConfigKey<HostPort> stsEndpoint =
          key(
                  "StsEndpoint",
                  HostPort.type(),
                  new Derived<>(
                      List.of("ALIBABA_CLOUD_STS_ENDPOINT"),
                      this::readsVariables,
                      this::stsOfKms,
                      "`sts.REGION.aliyuncs.com`",
                      "\"sts-vpc.cn-hangzhou.aliyuncs.com\""))
              .means(
                  "the endpoint of STS, over TLS; by default in the region of `Region` or of the "
                      + "KMS endpoint, and `sts-vpc.` if the KMS endpoint is in a VPC");

      private final ConfigKey<String> region;
      private final ConfigKey<HostPort> endpoint;

      Keys(ConfigKey<String> type, ConfigKey<String> region, ConfigKey<HostPort> endpoint) {
        super("RRSA", type);
        this.region = region;
        this.endpoint = endpoint;
        demand(
            Rule.required(
                "An instance's own gateway as `KMS.Endpoint` requires `KMS.Region` or"
                    + " `KMS.StsEndpoint` with `RRSA`",
                condition(),
                stsEndpoint),
            Rule.on(
                "`" + STS_REGION + "` must be a region id",
                values -> variable(STS_REGION, values).stream().allMatch(Region::isId),
                _ -> new Problem(new Origin.Variable(STS_REGION), "it", "is no id of a region"),
                type));
      }

      @Override
      List<ConfigKey<?>> required() {
        return List.of(roleArn, oidcProviderArn, oidcTokenFile);
      }

      @Override
      String requirement() {
        return super.requirement()
            + "; so does `\"Default\"` if one of these keys, or a variable of the last two, is given";
      }

      /**
       * A required key that has a value. The variable of the role implies nothing: other tools use
       * it to assume a role with an AccessKey.
       */
      @Override
      Optional<ConfigKey<?>> impliedBy(Values values) {
        return required().stream()
            .filter(key -> key.valueIn(values).isPresent())
            .filter(key -> !key.equals(roleArn) || key.isExplicitIn(values))
            .findFirst();
      }

      @Override
      boolean readsVariables(Values values) {
        return isChosen(name(), values) || isChosen(DEFAULT, values);
      }

      private Optional<String> variable(String name, Values values) {
        return values.variable(name).filter(_ -> readsVariables(values));
      }

      private Optional<Value<HostPort>> stsOfKms(Values values) {
        var ownRegion = variable(STS_REGION, values);
        var inVpc = variable(IN_VPC, values).filter("true"::equalsIgnoreCase).isPresent();
        var deciding = region.valueIn(values).isPresent() ? region : endpoint;
        var origin =
            ownRegion
                .<Origin>map(_ -> new Origin.Variable(STS_REGION))
                .orElseGet(() -> new Origin.Derived(deciding.path()));
        return endpoint
            .findIn(values)
            .flatMap(
                kms ->
                    StsEndpoint.host(ownRegion.or(() -> region.findIn(values)), kms.host(), inVpc))
            .map(host -> new Value<>(new HostPort(host, 0), origin));
      }

      @Override
      public Rrsa build(Values values) {
        return new Rrsa(
            roleArn.in(values),
            oidcProviderArn.in(values),
            values.resolve(oidcTokenFile.in(values)),
            roleSessionName.findIn(values).orElse(SESSION_NAME),
            stsEndpoint.in(values).over(Protocol.HTTPS));
      }
    }
  }

  /** The RAM role of the ECS instance, with temporary credentials from its metadata service. */
  record EcsRole(InstanceRole role) implements CredentialSource {

    /** The key of {@code CredentialType = "EcsRamRole"}. */
    static final class Keys extends CredentialTable<EcsRole> {
      private final ConfigKey<String> roleName =
          key(
                  "RoleName",
                  ValueTypes.text(
                      "1..64 letters, digits or .@-_",
                      name -> name.matches("[A-Za-z0-9.@_-]{1,64}")),
                  standard(
                      "the role that the instance has",
                      "\"kms-reader\"",
                      "ALIBABA_CLOUD_ECS_METADATA"))
              .means("the role of the instance, with `CredentialType = \"EcsRamRole\"`");

      Keys(ConfigKey<String> type) {
        super("EcsRamRole", type);
      }

      @Override
      public EcsRole build(Values values) {
        return new EcsRole(
            roleName
                .findIn(values)
                .<InstanceRole>map(InstanceRole.Named::new)
                .orElseGet(InstanceRole.Found::new));
      }
    }
  }

  /** Which role of the instance is meant. */
  sealed interface InstanceRole {

    /** The one of this name. */
    record Named(String name) implements InstanceRole {}

    /** The one that the metadata service names. */
    record Found() implements InstanceRole {}
  }
}
