package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.derived;
import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.Rule.Condition.given;
import static dev.kmsagent.config.schema.ValueTypes.list;
import static dev.kmsagent.config.schema.ValueTypes.path;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of {@code [KMS.PodIdentity]}: whose tokens are accepted, and for which roles. */
final class PodIdentityKeys extends Table<PodIdentity> {
  private final ConfigKey<URI> issuer = key("PodIdentity.Issuer", url());
  private final ConfigKey<String> audience =
      key("PodIdentity.Audience", text("a client ID", "[!-~]+"), PodIdentity.STS);
  private final ConfigKey<URI> jwksUri =
      key("PodIdentity.JwksUri", url(), unset("as the issuer's discovery document says"));
  private final ConfigKey<Path> jwksCaFile =
      key("PodIdentity.JwksCaFile", Authorities.fileType(), unset("those for KMS"));
  private final ConfigKey<Path> jwksTokenFile = key("PodIdentity.JwksTokenFile", path("a path"));
  private final ConfigKey<List<String>> accounts =
      key(
          "PodIdentity.Accounts",
          list("a list of account ids", 1, it -> it.matches("[0-9]{1,32}")),
          derived(this::accountOfProvider, "the account of `OidcProviderArn`"));
  private final ConfigKey<String> nodeName =
      key("PodIdentity.NodeName", text("a name of a node", "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"));
  private final ConfigKey<Integer> maxTenants = key("PodIdentity.MaxTenants", whole(1, 1000), 100);

  private final Condition isChosen;
  private final ConfigKey<String> roleArn;
  private final ConfigKey<String> oidcProviderArn;
  private final ConfigKey<HostPort> stsEndpoint;
  private final ConfigKey<Duration> keyLife;

  /**
   * The keys of the type, given those that it shares with RRSA.
   *
   * @param isChosen that it is the credential type
   */
  PodIdentityKeys(
      Condition isChosen,
      ConfigKey<String> roleArn,
      ConfigKey<String> oidcProviderArn,
      ConfigKey<HostPort> stsEndpoint,
      ConfigKey<Duration> keyLife) {
    super("KMS");
    this.isChosen = isChosen;
    this.roleArn = roleArn;
    this.oidcProviderArn = oidcProviderArn;
    this.stsEndpoint = stsEndpoint;
    this.keyLife = keyLife;
    allow("The keys of `[KMS.PodIdentity]` are allowed only with `PodIdentity`", isChosen, keys());
    require(isChosen, List.of(issuer, oidcProviderArn), "");
    demand(
        Rule.on(
            "`KMS.PodIdentity.JwksUri`, or without it `KMS.PodIdentity.Issuer`, must begin with"
                + " `https://`, unless it is loopback",
            values -> fetched(values).findIn(values).stream().allMatch(PodIdentity::isProtected),
            values ->
                fetched(values)
                    .problemIn(
                        values,
                        "would be fetched in clear over the network",
                        "https://, or http:// with a loopback host"),
            issuer,
            jwksUri),
        Authorities.areIn(jwksCaFile),
        Rule.onlyWith(
            "`KMS.PodIdentity.JwksTokenFile` is allowed only with `KMS.PodIdentity.JwksUri`",
            given(jwksUri),
            jwksTokenFile),
        Rule.on(
                "The account in `KMS.RoleArn` must be in `KMS.PodIdentity.Accounts`",
                values ->
                    roleArn.findIn(values).stream().allMatch(arn -> isOfAccounts(arn, values)),
                values ->
                    roleArn.problemIn(
                        values,
                        "is of another account than those in " + accounts.path(),
                        accounts.shownIn(values)),
                roleArn,
                oidcProviderArn,
                accounts)
            .when(isChosen));
  }

  /** The rule that each role has room for a secret. */
  Rule fitIn(ConfigKey<Integer> cacheSize) {
    return Rule.on(
            "`Cache.CacheSize` must be at least `KMS.PodIdentity.MaxTenants` with `PodIdentity`",
            values -> cacheSize.in(values) >= maxTenants.in(values),
            values ->
                cacheSize.problemIn(
                    values,
                    "leaves some of the roles of " + maxTenants.path() + " no room for a secret",
                    maxTenants.in(values) + " or more"),
            cacheSize,
            maxTenants)
        .when(isChosen);
  }

  private ConfigKey<URI> fetched(Values values) {
    return jwksUri.findIn(values).isPresent() ? jwksUri : issuer;
  }

  private static String account(String arn) {
    return arn.split(":", -1)[3];
  }

  private boolean isOfAccounts(String arn, Values values) {
    return accounts.findIn(values).stream().allMatch(all -> all.contains(account(arn)));
  }

  private Optional<Value<List<String>>> accountOfProvider(Values values) {
    return oidcProviderArn
        .findIn(values)
        .map(arn -> new Value<>(List.of(account(arn)), Origin.derived(oidcProviderArn.path())));
  }

  private static ValueType<URI> url() {
    return text(
        "a URL without a login and a query",
        content -> ValueTypes.orInvalid(parseUrl(content), "is no such URL"),
        url -> TomlValue.literal(url.toString()));
  }

  private static Optional<URI> parseUrl(String text) {
    try {
      return Optional.of(new URI(text))
          .filter(_ -> text.matches("https?://[^/?#@]+(/[^?#]*)?"))
          .filter(url -> HostPort.of(url).isPresent());
    } catch (URISyntaxException malformed) {
      return Optional.empty();
    }
  }

  @Override
  public PodIdentity build(Values values) {
    return new PodIdentity(
        issuer.in(values),
        audience.in(values),
        jwksUri.findIn(values),
        jwksCaFile.findIn(values).map(values::resolve),
        jwksTokenFile.findIn(values).map(values::resolve),
        accounts.in(values),
        nodeName.findIn(values),
        maxTenants.in(values),
        oidcProviderArn.in(values),
        roleArn.findIn(values),
        stsEndpoint.in(values).over(Protocol.HTTPS),
        keyLife.in(values));
  }
}
