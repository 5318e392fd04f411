package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StsEndpointTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cn-beijing | kms.cn-beijing.aliyuncs.com              | sts.cn-beijing.aliyuncs.com
          cn-beijing | kms-vpc.cn-beijing.aliyuncs.com          | sts-vpc.cn-beijing.aliyuncs.com
          cn-beijing | kms-vpc.cn-hangzhou.aliyuncs.com         | sts-vpc.cn-beijing.aliyuncs.com
          cn-beijing | kst-1.cryptoservice.kms.aliyuncs.com     | sts-vpc.cn-beijing.aliyuncs.com
          cn-beijing | KST-1.CryptoService.kms.aliyuncs.com.    | sts-vpc.cn-beijing.aliyuncs.com
          cn-beijing | 127.0.0.1                                | sts.cn-beijing.aliyuncs.com
          cn-beijing | kms-vpc.example.com                      | sts.cn-beijing.aliyuncs.com
                     | kms.cn-hangzhou.aliyuncs.com             | sts.cn-hangzhou.aliyuncs.com
                     | Kms.cn-hangzhou.aliyuncs.com             | sts.cn-hangzhou.aliyuncs.com
                     | kms-vpc.ap-southeast-1.aliyuncs.com      | sts-vpc.ap-southeast-1.aliyuncs.com
                     | kms.ap-southeast-1.aliyuncs.com.         | sts.ap-southeast-1.aliyuncs.com
                     | kst-1.cryptoservice.kms.aliyuncs.com     |
                     | kms.cn-hangzhou.aliyuncs.com.example.com | sts.aliyuncs.com
                     | kms.aliyuncs.com                         | sts.aliyuncs.com
                     | [::1]                                    | sts.aliyuncs.com
          """)
  void it_is_in_the_region_of_kms_and_in_its_vpc(String region, String kmsHost, String sts) {
    assertThat(StsEndpoint.host(Optional.ofNullable(region), kmsHost, false))
        .isEqualTo(Optional.ofNullable(sts));
  }

  @ParameterizedTest
  @CsvSource({
    "cn-beijing, kms.cn-hangzhou.aliyuncs.com, sts-vpc.cn-beijing.aliyuncs.com",
    ", kms.cn-hangzhou.aliyuncs.com, sts-vpc.cn-hangzhou.aliyuncs.com",
    ", kms.example.com, sts.aliyuncs.com",
  })
  void it_is_in_a_vpc_if_the_platform_says_so(String region, String kmsHost, String sts) {
    assertThat(StsEndpoint.host(Optional.ofNullable(region), kmsHost, true)).hasValue(sts);
  }
}
