package dev.kmsagent.config.loading;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where STS is, when nobody says so: in the region of KMS, and in the VPC where KMS is. */
final class StsEndpoint {
  private static final Pattern SHARED_GATEWAY =
      ignoringCase("kms(-vpc)?[.](?<region>[a-z0-9-]+)[.]aliyuncs[.]com[.]?");

  /** A shared gateway in a VPC, or an instance's own gateway: it is reached in a VPC alone. */
  private static final Pattern GATEWAY_IN_VPC =
      ignoringCase(
          "kms-vpc[.][a-z0-9-]+[.]aliyuncs[.]com[.]?|"
              + ".+[.]cryptoservice[.]kms[.]aliyuncs[.]com[.]?");

  private StsEndpoint() {}

  /** What the region and the endpoint of KMS tell. */
  static Optional<Value<HostPort>> byRegion(Values values) {
    return values
        .find(TransportTable.ENDPOINT)
        .map(kms -> new HostPort(host(values.find(KmsTable.REGION), kms.host()), 0))
        .map(sts -> new Value<>(sts, origin(values)));
  }

  /** The key that names the region, or would. */
  private static Origin origin(Values values) {
    return new Origin.Derived(
        (values.find(KmsTable.REGION).isPresent() ? KmsTable.REGION : TransportTable.ENDPOINT)
            .path());
  }

  /**
   * The host of STS.
   *
   * @param region as configured
   * @param kmsHost the host of KMS
   */
  static String host(Optional<String> region, String kmsHost) {
    String prefix = GATEWAY_IN_VPC.matcher(kmsHost).matches() ? "sts-vpc." : "sts.";
    return region
        .or(() -> regionOf(kmsHost))
        .map(id -> prefix + id + ".aliyuncs.com")
        .orElse("sts.aliyuncs.com");
  }

  private static Optional<String> regionOf(String kmsHost) {
    Matcher gateway = SHARED_GATEWAY.matcher(kmsHost);
    return gateway.matches() ? Optional.of(gateway.group("region")) : Optional.empty();
  }

  private static Pattern ignoringCase(String pattern) {
    return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
  }
}
