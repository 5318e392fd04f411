package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.Endpoint.Protocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "HTTPS, kms.cn-hangzhou.aliyuncs.com, 443, https://kms.cn-hangzhou.aliyuncs.com",
    "HTTP, localhost, 443, http://localhost:443",
    "HTTP, [::1], 9090, http://[::1]:9090"
  })
  void its_url_names_a_port_that_is_not_the_protocols_own(
      Protocol protocol, String host, int port, String url) {
    assertThat(new Endpoint(protocol, host, port).uri()).hasToString(url);
  }
}
