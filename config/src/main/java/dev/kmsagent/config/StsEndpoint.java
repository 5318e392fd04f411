package dev.kmsagent.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** The default endpoint of STS: in the region of KMS, and in the VPC if KMS is called there. */
final class StsEndpoint {
  private static final Pattern SHARED_GATEWAY =
      Pattern.compile("(?i)kms(?<vpc>-vpc)?[.](?<region>[a-z0-9-]+)[.]aliyuncs[.]com[.]?");

  /** It is reached in a VPC only, where the public STS may not be. */
  private static final Pattern OWN_GATEWAY =
      Pattern.compile("(?i).+[.]cryptoservice[.]kms[.]aliyuncs[.]com[.]?");

  private StsEndpoint() {}

  /**
   * The host of STS; none for an instance's own gateway in an unknown region.
   *
   * @param region as configured
   * @param kmsHost the host of KMS
   * @param inVpc whether STS is called in the VPC wherever KMS is
   */
  static Optional<String> host(Optional<String> region, String kmsHost, boolean inVpc) {
    var ownGateway = OWN_GATEWAY.matcher(kmsHost).matches();
    var shared = SHARED_GATEWAY.matcher(kmsHost);
    var isShared = shared.matches();
    var vpc = inVpc || ownGateway || (isShared && shared.group("vpc") != null);
    var prefix = vpc ? "sts-vpc." : "sts.";
    return region
        .or(() -> isShared ? Optional.of(shared.group("region")) : Optional.empty())
        .map(id -> prefix + id + ".aliyuncs.com")
        .or(() -> Optional.of("sts.aliyuncs.com").filter(_ -> !ownGateway));
  }

  /** Whether this is the id of a region, and so a label in the name of a host. */
  static boolean isRegion(String text) {
    return text.matches("[a-z0-9]+(-[a-z0-9]+)+");
  }
}
