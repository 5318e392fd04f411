package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;
import static dev.kmsagent.config.loading.ConfigKey.unset;

import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.KmsConfig.Transport;
import dev.kmsagent.config.Protocol;
import dev.kmsagent.config.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The part of {@code [KMS]} that says how KMS is reached. */
final class TransportTable implements Table<Transport> {
  static final ConfigKey<HostPort> ENDPOINT =
      new ConfigKey<>(
          "KMS.Endpoint",
          ConfigKey.Kin.OFFICIAL,
          HostPort.SHAPE,
          new Absent.Derived<>(
              TransportTable::sharedGateway,
              "kms.REGION.aliyuncs.com",
              "\"kms-vpc.cn-hangzhou.aliyuncs.com\""),
          "the shared gateway, public (`kms.`) or in a VPC (`kms-vpc.`), or an instance's own"
              + " gateway, `INSTANCE.cryptoservice.kms.aliyuncs.com`");
  static final ConfigKey<Protocol> PROTOCOL =
      ours(
          "KMS.Protocol",
          Shapes.word(Words.of("https", Protocol.HTTPS).and("http", Protocol.HTTP)),
          Protocol.HTTPS,
          "`http` is for a loopback endpoint alone");
  static final ConfigKey<Path> CA_FILE =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.CaFile",
          CaFile.SHAPE,
          unset("none", "\"/etc/kms-agent/ca.pem\""),
          "authorities trusted besides the system's, for KMS and STS; an instance's gateway has"
              + " its own");
  static final ConfigKey<Duration> CONNECT_TIMEOUT =
      ours(
          "KMS.ConnectTimeoutMillis",
          Shapes.millis(100, 60_000),
          Duration.ofSeconds(2),
          "how long a connection may take to be made");
  static final ConfigKey<Duration> READ_TIMEOUT =
      ours(
          "KMS.ReadTimeoutMillis",
          Shapes.millis(100, 60_000),
          Duration.ofSeconds(5),
          "how long an answer may take");
  static final ConfigKey<Proxy.Through> PROXY =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.Proxy",
          ProxyUrl.SHAPE,
          unset("none", "\"http://proxy.example.com:3128\"", ProxyUrl.VARIABLE),
          "an HTTP proxy; never used for loopback and instance metadata, nor, when it comes from"
              + " `HTTPS_PROXY`, for the hosts of `NO_PROXY`");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENDPOINT, PROTOCOL, CA_FILE, CONNECT_TIMEOUT, READ_TIMEOUT, PROXY);
  }

  @Override
  public List<Rule> rules() {
    return List.of(
        Rule.on(
            "`KMS.Region` or `KMS.Endpoint` is given",
            TransportTable::kmsIsNamed,
            KmsTable.REGION,
            ENDPOINT),
        Rule.on(
            "`KMS.Protocol = \"http\"` comes with a loopback `KMS.Endpoint`",
            TransportTable::plainHttpStaysHere,
            PROTOCOL,
            ENDPOINT),
        CaFile.holdsCertificates(CA_FILE));
  }

  private static Optional<Value<HostPort>> sharedGateway(Values values) {
    return values
        .find(KmsTable.REGION)
        .map(region -> new HostPort("kms." + region + ".aliyuncs.com", 0))
        .map(host -> new Value<>(host, new Origin.Derived(KmsTable.REGION.path())));
  }

  private static Optional<Problem> kmsIsNamed(Values values) {
    return values.find(ENDPOINT).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                new Origin.BuiltIn(),
                KmsTable.REGION.path(),
                "and " + ENDPOINT.path() + " are both missing",
                "",
                "one of them, in the file or as "
                    + KmsTable.REGION.variable()
                    + ", ALIBABA_CLOUD_REGION_ID or "
                    + ENDPOINT.variable()));
  }

  private static Optional<Problem> plainHttpStaysHere(Values values) {
    return values
        .find(ENDPOINT)
        .filter(endpoint -> values.get(PROTOCOL) == Protocol.HTTP)
        .filter(endpoint -> !Names.isLoopback(endpoint.host()))
        .map(
            endpoint ->
                new Problem(
                    values.origin(PROTOCOL),
                    PROTOCOL.path(),
                    "would send secrets in clear over the network",
                    "\"http\" with the endpoint " + endpoint,
                    "\"https\", or \"http\" with a loopback endpoint"));
  }

  @Override
  public Transport assemble(Values values) {
    return new Transport(
        endpoint(values),
        CaFile.trust(CA_FILE, values),
        proxy(values),
        values.get(CONNECT_TIMEOUT),
        values.get(READ_TIMEOUT));
  }

  private static Endpoint endpoint(Values values) {
    HostPort endpoint = values.get(ENDPOINT);
    Protocol protocol = values.get(PROTOCOL);
    return new Endpoint(protocol, endpoint.host(), endpoint.portOr(protocol.defaultPort()));
  }

  private static Proxy proxy(Values values) {
    return values
        .settled(PROXY)
        .<Proxy>map(
            proxy ->
                proxy.origin().equals(new Origin.Variable(ProxyUrl.VARIABLE))
                    ? ProxyUrl.sparing(proxy.content(), values.variable("NO_PROXY"))
                    : proxy.content())
        .orElseGet(Proxy.Direct::new);
  }
}
