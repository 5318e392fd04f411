package dev.kmsagent.emulator;

import java.util.List;
import java.util.stream.Stream;

/** The host names of KMS and STS in the cloud. */
public final class CloudHosts {
  private static final List<String> SERVICES = List.of("kms", "kms-vpc", "sts", "sts-vpc");
  private static final String REGIONS =
      """
      ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 \
      ap-southeast-5 ap-southeast-6 ap-southeast-7 cn-beijing cn-beijing-finance-1 cn-chengdu \
      cn-fuzhou cn-guangzhou cn-hangzhou cn-hangzhou-finance cn-heyuan cn-hongkong cn-huhehaote \
      cn-nanjing cn-north-2-gov-1 cn-qingdao cn-shanghai cn-shanghai-finance-1 cn-shenzhen \
      cn-shenzhen-finance-1 cn-wuhan-lr cn-wulanchabu cn-zhangjiakou cn-zhengzhou-jva eu-central-1 \
      eu-west-1 me-central-1 me-east-1 na-south-1 us-east-1 us-west-1""";

  private CloudHosts() {}

  /** All of them; those of KMS and STS in a region also without the domain. */
  public static List<String> all() {
    Stream<String> regional =
        Stream.of(REGIONS.split(" "))
            .flatMap(
                region -> SERVICES.stream().map(name -> name + "." + region + ".aliyuncs.com"));
    return Stream.of(SERVICES.stream(), Stream.of("sts.aliyuncs.com"), regional)
        .flatMap(hosts -> hosts)
        .toList();
  }

  /** Whether a host is STS, by the first label of its name. */
  static boolean isSts(String host) {
    return host.matches("(?i)sts(-vpc)?([.:].*)?");
  }
}
