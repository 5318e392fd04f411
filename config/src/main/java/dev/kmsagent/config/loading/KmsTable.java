package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;
import static dev.kmsagent.config.loading.ConfigKey.unset;

import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.Region;
import java.util.List;
import java.util.stream.Stream;

/** {@code [KMS]}: the region, the bounds on calls, and the parts that have tables of their own. */
final class KmsTable implements Table<KmsConfig> {
  static final ConfigKey<String> REGION =
      optional(
          ConfigKey.Kin.OFFICIAL,
          "KMS.Region",
          Shapes.text("a region id such as \"cn-hangzhou\"", Names::isRegion),
          unset("none", "\"cn-hangzhou\"", "ALIBABA_CLOUD_REGION_ID"),
          "the region of the secrets; decides the endpoint when none is given");
  static final ConfigKey<Integer> MAX_CONCURRENT_CALLS =
      ours(
          "KMS.MaxConcurrentCalls",
          Shapes.whole(0, 1000),
          32,
          "calls to KMS at one time; 0 for no bound");
  static final ConfigKey<Integer> MAX_CALLS_PER_SECOND =
      ours(
          "KMS.MaxCallsPerSecond",
          Shapes.whole(0, 10_000),
          0,
          "calls to KMS in a second; 0 for no bound until KMS throttles");

  private final TransportTable transport = new TransportTable();
  private final CredentialTable credentials = new CredentialTable();
  private final RetryTable retry = new RetryTable();
  private final CircuitBreakerTable circuitBreaker = new CircuitBreakerTable();

  @Override
  public List<ConfigKey<?>> keys() {
    return Stream.of(
            List.<ConfigKey<?>>of(REGION),
            transport.keys(),
            credentials.keys(),
            List.<ConfigKey<?>>of(MAX_CONCURRENT_CALLS, MAX_CALLS_PER_SECOND),
            retry.keys(),
            circuitBreaker.keys())
        .<ConfigKey<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public List<Rule> rules() {
    return Stream.of(transport, credentials, retry, circuitBreaker)
        .map(Table::rules)
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public KmsConfig assemble(Values values) {
    return new KmsConfig(
        values.find(REGION).<Region>map(Region.Named::new).orElseGet(Region.Unnamed::new),
        transport.assemble(values),
        credentials.assemble(values),
        new KmsConfig.Limits(values.get(MAX_CONCURRENT_CALLS), values.get(MAX_CALLS_PER_SECOND)),
        retry.assemble(values),
        circuitBreaker.assemble(values));
  }
}
