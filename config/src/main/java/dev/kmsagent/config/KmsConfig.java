package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.millis;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.ConfigKey.DefaultValue.Derived;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The table {@code [KMS]}: where KMS is, the credentials to call it with, limits and retries. */
public record KmsConfig(
    Region region,
    Transport transport,
    CredentialSource credentials,
    Limits limits,
    Retry retry,
    CircuitBreaker circuitBreaker) {

  /** How a connection to KMS is made. */
  public record Transport(
      Endpoint endpoint, Trust trust, Proxy proxy, Duration connectTimeout, Duration readTimeout) {}

  /**
   * The limits on calls to KMS.
   *
   * @param maxConcurrentCalls 0 for no bound
   * @param maxCallsPerSecond 0 for no bound until KMS throttles
   */
  public record Limits(int maxConcurrentCalls, int maxCallsPerSecond) {}

  /**
   * How transient failures are retried, with full jitter between the two back-offs.
   *
   * @param maxAttempts calls in all, so 1 never retries
   */
  public record Retry(int maxAttempts, Duration initialBackoff, Duration maxBackoff) {

    public Retry {
      if (initialBackoff.compareTo(maxBackoff) > 0) {
        throw new IllegalArgumentException("initialBackoff exceeds maxBackoff");
      }
    }
  }

  /**
   * When the circuit breaker opens and closes.
   *
   * @param failureRateThreshold percent of the window's calls that failed
   * @param slidingWindowSize the last calls that count
   * @param minimumCalls calls before the rate counts
   * @param openFor how long it stays open
   * @param halfOpenCalls trial calls after that
   */
  public record CircuitBreaker(
      boolean enabled,
      int failureRateThreshold,
      int slidingWindowSize,
      int minimumCalls,
      Duration openFor,
      int halfOpenCalls) {

    public CircuitBreaker {
      if (minimumCalls > slidingWindowSize) {
        throw new IllegalArgumentException("minimumCalls exceeds slidingWindowSize");
      }
    }
  }

  /** The keys of {@code [KMS]}, {@code [KMS.Retry]} and {@code [KMS.CircuitBreaker]}. */
  static final class Keys extends Table<KmsConfig> {
    private static final String HTTPS_PROXY = "HTTPS_PROXY";

    private final ConfigKey<String> region =
        official(
                "Region",
                text("a region id such as \"cn-hangzhou\"", Region::isId),
                unset("none", "\"cn-hangzhou\"", "ALIBABA_CLOUD_REGION_ID"))
            .means("the region of the secrets; it determines the endpoint if none is given");
    private final ConfigKey<HostPort> endpoint =
        official(
                "Endpoint",
                HostPort.type(),
                new Derived<>(
                    this::sharedGateway,
                    "`kms.REGION.aliyuncs.com`",
                    "\"kms-vpc.cn-hangzhou.aliyuncs.com\""))
            .means(
                "the shared gateway, public (`kms.`) or in a VPC (`kms-vpc.`), or an instance's own"
                    + " gateway, `INSTANCE.cryptoservice.kms.aliyuncs.com`");
    private final ConfigKey<Protocol> protocol =
        key("Protocol", choice(List.of(Protocol.values()), Protocol::scheme), Protocol.HTTPS)
            .means("`http` is allowed only for a loopback endpoint");
    private final ConfigKey<Path> caFile =
        key("CaFile", Trust.AlsoFrom.type(), unset("none", "\"/etc/kms-agent/ca.pem\""))
            .means(
                "certificate authorities in addition to the system's, for KMS and STS; an "
                    + "instance's gateway has its own authority");
    private final ConfigKey<Duration> connectTimeout =
        key("ConnectTimeoutMillis", millis(100, 60_000), Duration.ofSeconds(2))
            .means("the timeout for establishing a connection");
    private final ConfigKey<Duration> readTimeout =
        key("ReadTimeoutMillis", millis(100, 60_000), Duration.ofSeconds(5))
            .means("the timeout for an answer");
    private final ConfigKey<Proxy.Through> proxy =
        key(
                "Proxy",
                Proxy.Through.type(),
                unset("none", "\"http://proxy.example.com:3128\"", HTTPS_PROXY))
            .means(
                "an HTTP proxy; not used for loopback and the metadata service, and not for the "
                    + "hosts in `NO_PROXY` if it comes from `HTTPS_PROXY`");
    private final CredentialKeys credentials = include(new CredentialKeys(region, endpoint));
    private final ConfigKey<Integer> maxConcurrentCalls =
        key("MaxConcurrentCalls", whole(0, 1000), 32)
            .means("the limit on concurrent calls to KMS; 0 is no limit");
    private final ConfigKey<Integer> maxCallsPerSecond =
        key("MaxCallsPerSecond", whole(0, 10_000), 0)
            .means("the limit on calls to KMS in a second; 0 is no limit until KMS throttles");
    private final ConfigKey<Integer> maxAttempts =
        key("Retry.MaxAttempts", whole(1, 10), 3)
            .means("the number of attempts within the request's deadline; 1 disables retries");
    private final ConfigKey<Duration> initialBackoff =
        key("Retry.InitialBackoffMillis", millis(1, 60_000), Duration.ofMillis(100))
            .means("the maximum of the first pause, which is random");
    private final ConfigKey<Duration> maxBackoff =
        key("Retry.MaxBackoffMillis", millis(1, 60_000), Duration.ofSeconds(2))
            .means("the maximum of later pauses, which double");
    private final ConfigKey<Boolean> enabled =
        key("CircuitBreaker.Enabled", flag(), true)
            .means(
                "stops calls to KMS while it fails; only transient failures count, not refusals");
    private final ConfigKey<Integer> failureRateThreshold =
        key("CircuitBreaker.FailureRateThreshold", whole(1, 100), 50)
            .means("the percentage of failed calls in the window that opens it");
    private final ConfigKey<Integer> slidingWindowSize =
        key("CircuitBreaker.SlidingWindowSize", whole(1, 1000), 20)
            .means("the window: the number of last calls that count");
    private final ConfigKey<Integer> minimumCalls =
        key("CircuitBreaker.MinimumCalls", whole(1, 1000), 5)
            .means("the number of calls before it can open; at most `SlidingWindowSize`");
    private final ConfigKey<Duration> openFor =
        key("CircuitBreaker.OpenSeconds", seconds(1, 3600), Duration.ofSeconds(15))
            .means("the time that it stays open before trial calls");
    private final ConfigKey<Integer> halfOpenCalls =
        key("CircuitBreaker.HalfOpenCalls", whole(1, 100), 1).means("the number of trial calls");

    Keys() {
      super("KMS");
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
          Trust.AlsoFrom.holdsCertificates(caFile),
          Rule.atMost(initialBackoff, maxBackoff),
          Rule.atMost(minimumCalls, slidingWindowSize));
    }

    private Optional<Value<HostPort>> sharedGateway(Values values) {
      return region
          .findIn(values)
          .map(id -> new HostPort("kms." + id + ".aliyuncs.com", 0))
          .map(host -> new Value<>(host, new Origin.Derived(region.path())));
    }

    private Problem notNamed() {
      return new Problem(
          new Origin.BuiltIn(),
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

    /** The rule that agents which share a cache know by which principal they share it. */
    Rule principalIsNamed(Condition inRedis) {
      return credentials.principalIsNamed(inRedis);
    }

    @Override
    public KmsConfig build(Values values) {
      return new KmsConfig(
          region.findIn(values).<Region>map(Region.Named::new).orElseGet(Region.Unnamed::new),
          transport(values),
          credentials.build(values),
          new Limits(maxConcurrentCalls.in(values), maxCallsPerSecond.in(values)),
          new Retry(maxAttempts.in(values), initialBackoff.in(values), maxBackoff.in(values)),
          circuitBreaker(values));
    }

    private Transport transport(Values values) {
      return new Transport(
          endpoint.in(values).over(protocol.in(values)),
          Trust.AlsoFrom.in(values, caFile),
          proxy(values),
          connectTimeout.in(values),
          readTimeout.in(values));
    }

    private Proxy proxy(Values values) {
      return proxy
          .valueIn(values)
          .<Proxy>map(
              through ->
                  through.origin().equals(new Origin.Variable(HTTPS_PROXY))
                      ? through.content().except(values.variable("NO_PROXY").orElse(""))
                      : through.content())
          .orElseGet(Proxy.Direct::new);
    }

    private CircuitBreaker circuitBreaker(Values values) {
      return new CircuitBreaker(
          enabled.in(values),
          failureRateThreshold.in(values),
          slidingWindowSize.in(values),
          minimumCalls.in(values),
          openFor.in(values),
          halfOpenCalls.in(values));
    }
  }
}
