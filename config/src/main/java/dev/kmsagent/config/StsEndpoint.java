package dev.kmsagent.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** The default endpoint of STS: in the region of KMS, and in the VPC if KMS is called there. */
final class StsEndpoint {
  private static final Pattern SHARED_GATEWAY =
      ignoringCase("kms(-vpc)?[.](?<region>[a-z0-9-]+)[.]aliyuncs[.]com[.]?");

  /** A shared gateway in a VPC, or an instance's own gateway: both are reached in a VPC only. */
  private static final Pattern GATEWAY_IN_VPC =
      ignoringCase(
          "kms-vpc[.][a-z0-9-]+[.]aliyuncs[.]com[.]?|"
              + ".+[.]cryptoservice[.]kms[.]aliyuncs[.]com[.]?");

  private StsEndpoint() {}

  /**
   * The host of STS.
   *
   * @param region as configured
   * @param kmsHost the host of KMS
   */
  static String host(Optional<String> region, String kmsHost) {
    var prefix = GATEWAY_IN_VPC.matcher(kmsHost).matches() ? "sts-vpc." : "sts.";
    return region
        .or(() -> regionOf(kmsHost))
        .map(id -> prefix + id + ".aliyuncs.com")
        .orElse("sts.aliyuncs.com");
  }

  private static Optional<String> regionOf(String kmsHost) {
    var gateway = SHARED_GATEWAY.matcher(kmsHost);
    return gateway.matches() ? Optional.of(gateway.group("region")) : Optional.empty();
  }

  private static Pattern ignoringCase(String pattern) {
    return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
  }
}
