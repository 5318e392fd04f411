package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.derived;
import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.millis;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code [KMS]}: where KMS is, the credentials to call it with, and the limits on calls.
 *
 * @param region of the secrets; without one the endpoint alone says where KMS is
 * @param maxCallsPerSecond 0 for no bound until KMS throttles
 * @param maxAttempts calls for one read while they fail transiently; 1 never retries
 */
public record KmsConfig(
    Optional<String> region,
    Transport transport,
    CredentialSource credentials,
    int maxCallsPerSecond,
    int maxAttempts,
    CircuitBreaker circuitBreaker) {
  private static final int MAX_ATTEMPTS = 3;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /**
   * How a connection to KMS is made.
   *
   * @param caFile authorities that are trusted besides those of the system
   */
  public record Transport(
      Endpoint endpoint,
      Optional<Path> caFile,
      Optional<Proxy> proxy,
      Duration connectTimeout,
      Duration readTimeout) {}

  /**
   * When the circuit breaker opens and closes.
   *
   * @param openFor how long it stays open
   */
  public record CircuitBreaker(boolean enabled, Duration openFor) {}

  /** The keys of {@code [KMS]} and {@code [KMS.CircuitBreaker]}. */
  static final class Keys extends Table<KmsConfig> {
    private static final String HTTPS_PROXY = "HTTPS_PROXY";

    private final ConfigKey<String> region =
        key(
            "Region",
            text("a region id such as \"cn-hangzhou\"", StsEndpoint::isRegion),
            unset("none", "ALIBABA_CLOUD_REGION_ID"));
    private final ConfigKey<HostPort> endpoint =
        key("Endpoint", HostPort.type(), derived(this::sharedGateway, "`kms.REGION.aliyuncs.com`"));
    private final ConfigKey<Protocol> protocol =
        key("Protocol", choice(List.of(Protocol.values()), Protocol::scheme), Protocol.HTTPS);
    private final ConfigKey<Path> caFile = key("CaFile", Authorities.fileType());
    private final ConfigKey<Duration> readTimeout =
        key("ReadTimeoutMillis", millis(100, 60_000), Duration.ofSeconds(5));
    private final ConfigKey<Proxy> proxy = key("Proxy", Proxy.type(), unset("none", HTTPS_PROXY));
    private final CredentialKeys credentials = include(new CredentialKeys(region, endpoint));
    private final ConfigKey<Integer> maxCallsPerSecond =
        key("MaxCallsPerSecond", whole(0, 10_000), 0);
    private final ConfigKey<Boolean> enabled = key("CircuitBreaker.Enabled", flag(), true);
    private final ConfigKey<Duration> openFor =
        key("CircuitBreaker.OpenSeconds", seconds(1, 3600), Duration.ofSeconds(15));

    Keys() {
      super("KMS");
      include(credentials.podIdentity());
      demand(
          Rule.on(
              "`KMS.Region` or `KMS.Endpoint` is required",
              values -> endpoint.findIn(values).isPresent(),
              _ -> notNamed(),
              region,
              endpoint),
          Rule.on(
              "`KMS.Protocol = \"http\"` requires a loopback `KMS.Endpoint`",
              this::staysHereIfPlain,
              this::sentInClear,
              protocol,
              endpoint),
          Authorities.areIn(caFile));
    }

    private Optional<Value<HostPort>> sharedGateway(Values values) {
      return region
          .findIn(values)
          .map(id -> new HostPort("kms." + id + ".aliyuncs.com", 0))
          .map(host -> new Value<>(host, Origin.derived(region.path())));
    }

    private Problem notNamed() {
      return new Problem(
          Origin.BUILT_IN,
          region.path(),
          "and " + endpoint.path() + " are both missing",
          "",
          "one of them, in the file or as %s, ALIBABA_CLOUD_REGION_ID or %s"
              .formatted(region.variable(), endpoint.variable()));
    }

    private boolean staysHereIfPlain(Values values) {
      return protocol.in(values) == Protocol.HTTPS
          || endpoint.findIn(values).filter(host -> !host.isLoopback()).isEmpty();
    }

    private Problem sentInClear(Values values) {
      return new Problem(
          protocol.originIn(values),
          protocol.path(),
          "would send secrets in clear over the network",
          "\"http\" with the endpoint " + endpoint.in(values),
          "\"https\", or \"http\" with a loopback endpoint");
    }

    /** The keys of the credentials. */
    CredentialKeys credentials() {
      return credentials;
    }

    @Override
    public KmsConfig build(Values values) {
      return new KmsConfig(
          region.findIn(values),
          transport(values),
          credentials.build(values),
          maxCallsPerSecond.in(values),
          MAX_ATTEMPTS,
          new CircuitBreaker(enabled.in(values), openFor.in(values)));
    }

    private Transport transport(Values values) {
      return new Transport(
          endpoint.in(values).over(protocol.in(values)),
          caFile.findIn(values).map(values::resolve),
          proxy(values),
          CONNECT_TIMEOUT,
          readTimeout.in(values));
    }

    private Optional<Proxy> proxy(Values values) {
      var exceptions =
          proxy.originIn(values).equals(Origin.variable(HTTPS_PROXY))
              ? values.variable("NO_PROXY")
              : Optional.<String>empty();
      return proxy.findIn(values).map(all -> exceptions.map(all::except).orElse(all));
    }
  }
}
