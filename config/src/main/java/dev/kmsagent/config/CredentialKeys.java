package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.confidential;
import static dev.kmsagent.config.schema.ValueTypes.path;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.config.CredentialSource.AccessKey;
import dev.kmsagent.config.CredentialSource.DefaultChain;
import dev.kmsagent.config.CredentialSource.EcsRole;
import dev.kmsagent.config.CredentialSource.Rrsa;
import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.ConfigKey.DefaultValue;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import dev.kmsagent.domain.ConfidentialText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The key {@code KMS.CredentialType} with the keys of each type. */
final class CredentialKeys extends Table<CredentialSource> {
  private static final String DEFAULT = "Default";
  private static final String RRSA = "RRSA";
  private static final String ECS_ROLE = "EcsRamRole";
  private static final String ACCESS_KEY_TYPE = "AccessKey";
  private static final String POD_IDENTITY = "PodIdentity";

  private static final String SESSION_NAME = "kms-agent";

  /** Which ack-pod-identity-webhook sets beside the endpoint, as the SDKs read them. */
  private static final String STS_REGION = "ALIBABA_CLOUD_STS_REGION";

  private static final String IN_VPC = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";

  private final ConfigKey<String> type =
      key(
          "CredentialType",
          choice(List.of(DEFAULT, RRSA, ECS_ROLE, ACCESS_KEY_TYPE, POD_IDENTITY), it -> it),
          DEFAULT);
  private final ConfigKey<String> roleArn =
      key(
          "RoleArn",
          text(
              "acs:ram::ACCOUNT:role/NAME",
              "acs:ram::[0-9]+:role/([A-Za-z0-9.@_-]|[{](namespace|serviceAccount)[}])+"),
          standard("ALIBABA_CLOUD_ROLE_ARN", this::mayBeRrsa));
  private final ConfigKey<String> oidcProviderArn =
      key(
          "OidcProviderArn",
          text(
              "acs:ram::ACCOUNT:oidc-provider/NAME",
              "acs:ram::[0-9]+:oidc-provider/[A-Za-z0-9.@_-]+"),
          standard("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", this::mayExchangeTokens));
  private final ConfigKey<Path> oidcTokenFile =
      key(
          "OidcTokenFile",
          path("a path"),
          standard("ALIBABA_CLOUD_OIDC_TOKEN_FILE", this::mayBeRrsa));
  private final ConfigKey<String> roleSessionName =
      key(
          "RoleSessionName",
          text("2..64 letters, digits or .@-_", "[A-Za-z0-9.@_-]{2,64}"),
          DefaultValue.<String>unset(
                  TomlValue.literal(SESSION_NAME), "ALIBABA_CLOUD_ROLE_SESSION_NAME")
              .when(this::mayBeRrsa));
  private final ConfigKey<Duration> keyLife =
      key("RoleSessionSeconds", seconds(900, 43_200), Duration.ofHours(1));
  private final ConfigKey<HostPort> stsEndpoint =
      key(
          "StsEndpoint",
          HostPort.type(),
          DefaultValue.derived(
                  this::stsOfKms, "`sts.REGION.aliyuncs.com`", "ALIBABA_CLOUD_STS_ENDPOINT")
              .when(this::mayExchangeTokens));
  private final ConfigKey<String> roleName =
      key(
          "RoleName",
          text("1..64 letters, digits or .@-_", "[A-Za-z0-9.@_-]{1,64}"),
          DefaultValue.<String>unset("the role that the instance has", "ALIBABA_CLOUD_ECS_METADATA")
              .when(values -> isChosen(ECS_ROLE, values)));
  private final ConfigKey<String> accessKeyId =
      key(
          "AccessKeyId",
          text("an AccessKey id", "[!-~]+"),
          standard("ALIBABA_CLOUD_ACCESS_KEY_ID", this::mayBeAccessKey));
  private final ConfigKey<ConfidentialText> accessKeySecret =
      key(
          "AccessKeySecret",
          confidential(),
          standard("ALIBABA_CLOUD_ACCESS_KEY_SECRET", this::mayBeAccessKey));
  private final ConfigKey<ConfidentialText> securityToken =
      key(
          "SecurityToken",
          confidential(),
          standard("ALIBABA_CLOUD_SECURITY_TOKEN", this::mayBeAccessKey));

  /** What RRSA requires; each of these keys can imply it. */
  private final List<ConfigKey<?>> implying = List.of(roleArn, oidcProviderArn, oidcTokenFile);

  private final Condition isRrsa =
      new Condition(
          Condition.is(type, RRSA).text(),
          List.of(type),
          values -> Condition.is(type, RRSA).reason().apply(values).or(() -> implied(values)));
  private final Condition isPodIdentity = Condition.is(type, POD_IDENTITY);
  private final Condition exchangesTokens =
      new Condition(
          isRrsa.text() + " or " + TomlValue.literal(POD_IDENTITY),
          List.of(type),
          values -> isRrsa.reason().apply(values).or(() -> isPodIdentity.reason().apply(values)));
  private final PodIdentityKeys podIdentity =
      new PodIdentityKeys(isPodIdentity, roleArn, oidcProviderArn, stsEndpoint, keyLife);
  private final ConfigKey<String> region;
  private final ConfigKey<HostPort> endpoint;

  /** The keys, given those of the region and the endpoint of KMS. */
  CredentialKeys(ConfigKey<String> region, ConfigKey<HostPort> endpoint) {
    super("KMS");
    this.region = region;
    this.endpoint = endpoint;
    demand(
        Rule.required(
            "An instance's own gateway as `KMS.Endpoint` requires `KMS.Region` or"
                + " `KMS.StsEndpoint` with `RRSA` and `PodIdentity`",
            exchangesTokens,
            stsEndpoint),
        Rule.on(
            "`{namespace}` and `{serviceAccount}` are allowed in `KMS.RoleArn` only with"
                + " `PodIdentity`",
            values -> isPodIdentity.holds(values) || !roleArn.shownIn(values).contains("{"),
            values ->
                roleArn.problemIn(
                    values,
                    "has placeholders without " + isPodIdentity.text(),
                    "acs:ram::ACCOUNT:role/NAME"),
            roleArn,
            type),
        Rule.on(
            "`" + STS_REGION + "` must be a region id",
            values -> variable(STS_REGION, values).stream().allMatch(StsEndpoint::isRegion),
            _ -> new Problem(Origin.variable(STS_REGION), "it", "is no id of a region"),
            type));
    require(
        isRrsa,
        implying,
        "; so does `\"Default\"` if one of these keys, or a variable of the last two, is given");
    allowOnlyFor(RRSA, isRrsa, oidcTokenFile, roleSessionName);
    var either = RRSA + "` or `" + POD_IDENTITY;
    allowOnlyFor(either, exchangesTokens, roleArn, oidcProviderArn, stsEndpoint, keyLife);
    allowOnlyFor(ECS_ROLE, Condition.is(type, ECS_ROLE), roleName);
    var isAccessKey = Condition.is(type, ACCESS_KEY_TYPE);
    require(isAccessKey, List.of(accessKeyId, accessKeySecret), "");
    allowOnlyFor(ACCESS_KEY_TYPE, isAccessKey, accessKeyId, accessKeySecret, securityToken);
  }

  /** No value, unless a standard variable gives one. */
  private static <T> DefaultValue<T> standard(String variable, Predicate<Values> applies) {
    return DefaultValue.<T>unset("none", variable).when(applies);
  }

  /** Adds the rules that the keys of a type are not given to another. */
  private void allowOnlyFor(String name, Condition isType, ConfigKey<?>... keys) {
    var all = List.of(keys);
    var demand =
        "%s %s allowed only with `%s`"
            .formatted(Rule.listed(all), all.size() == 1 ? "is" : "are", name);
    all.forEach(key -> demand(Rule.onlyWith(demand, isType, key).concerning(implying)));
  }

  /** The keys of {@code [KMS.PodIdentity]}, which stand in a table of their own. */
  PodIdentityKeys podIdentity() {
    return podIdentity;
  }

  /** The rule that the secrets of pods are not used like this. */
  Rule withoutPodIdentity(Condition use) {
    return Rule.on(
            "`%s` is not allowed with `PodIdentity`".formatted(use.text()),
            values -> !use.holds(values),
            values ->
                new Problem(
                    use.reason().apply(values).orElseThrow().origin(),
                    use.text(),
                    ("is not possible with %s: secrets are read only with the tokens of pods, and stay"
                            + " with the agent")
                        .formatted(isPodIdentity.text())))
        .concerning(use.keys())
        .when(isPodIdentity);
  }

  /** The rule that it is known whose the entries are that another process finds. */
  Rule principalIsNamed(Condition outlasting) {
    var kept = outlasting.text();
    var wrong =
        ("may lead to one identity now and to another later, and with %s each identity has entries"
                + " of its own")
            .formatted(kept);
    return Rule.on(
            ("`%s` requires a `KMS.CredentialType` other than `\"Default\"`, unless that resolves"
                    + " to RRSA, because each identity has entries of its own")
                .formatted(kept),
            values -> !isChosen(DEFAULT, values) || implyingKey(values).isPresent(),
            values ->
                new Problem(
                    (type.isExplicitIn(values) ? type : outlasting.keys().getFirst())
                        .originIn(values),
                    type.path(),
                    wrong,
                    type.shownIn(values),
                    Stream.of(RRSA, ECS_ROLE, ACCESS_KEY_TYPE)
                        .map(TomlValue::literal)
                        .collect(joining(", "))),
            type)
        .concerning(implying)
        .when(outlasting);
  }

  /** Whether the type was read without a problem and is this one. */
  private boolean isChosen(String word, Values values) {
    return type.findIn(values).filter(word::equals).isPresent();
  }

  /** Whether the standard variables of RRSA are read. */
  private boolean mayBeRrsa(Values values) {
    return isChosen(RRSA, values) || isChosen(DEFAULT, values);
  }

  private boolean mayExchangeTokens(Values values) {
    return mayBeRrsa(values) || isChosen(POD_IDENTITY, values);
  }

  /** Whether those of an AccessKey are read: the default chain reads them, too. */
  private boolean mayBeAccessKey(Values values) {
    return isChosen(ACCESS_KEY_TYPE, values)
        || (isChosen(DEFAULT, values) && implyingKey(values).isEmpty());
  }

  private Optional<Value<String>> implied(Values values) {
    return implyingKey(values)
        .filter(_ -> isChosen(DEFAULT, values))
        .map(key -> new Value<>("RRSA, which " + key.path() + " asks for,", key.originIn(values)));
  }

  /**
   * The key that makes {@code Default} mean RRSA, if one does. The variable of the role implies
   * nothing: other tools use it to assume a role with an AccessKey.
   */
  private Optional<ConfigKey<?>> implyingKey(Values values) {
    return implying.stream()
        .filter(key -> key.valueIn(values).isPresent())
        .filter(key -> !key.equals(roleArn) || key.isExplicitIn(values))
        .findFirst();
  }

  private Optional<String> variable(String name, Values values) {
    return values.variable(name).filter(_ -> mayExchangeTokens(values));
  }

  private Optional<Value<HostPort>> stsOfKms(Values values) {
    var ownRegion = variable(STS_REGION, values);
    var inVpc = variable(IN_VPC, values).filter("true"::equalsIgnoreCase).isPresent();
    var deciding = region.valueIn(values).isPresent() ? region : endpoint;
    var origin =
        ownRegion.isPresent() ? Origin.variable(STS_REGION) : Origin.derived(deciding.path());
    return endpoint
        .findIn(values)
        .flatMap(
            kms -> StsEndpoint.host(ownRegion.or(() -> region.findIn(values)), kms.host(), inVpc))
        .map(host -> new Value<>(new HostPort(host, 0), origin));
  }

  @Override
  public CredentialSource build(Values values) {
    return switch (type.in(values)) {
      case RRSA -> rrsa(values);
      case ECS_ROLE -> new EcsRole(roleName.findIn(values));
      case ACCESS_KEY_TYPE ->
          new AccessKey(
              accessKeyId.in(values), accessKeySecret.in(values), securityToken.findIn(values));
      case POD_IDENTITY -> podIdentity.build(values);
      default -> implyingKey(values).isPresent() ? rrsa(values) : new DefaultChain();
    };
  }

  private Rrsa rrsa(Values values) {
    return new Rrsa(
        roleArn.in(values),
        oidcProviderArn.in(values),
        values.resolve(oidcTokenFile.in(values)),
        roleSessionName.findIn(values).orElse(SESSION_NAME),
        stsEndpoint.in(values).over(Protocol.HTTPS),
        keyLife.in(values));
  }
}
