package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.Endpoint.Protocol;
import org.junit.jupiter.api.Test;

class EndpointTest {

  @Test
  void the_port_of_the_protocol_is_left_out() {
    Endpoint endpoint = new Endpoint(Protocol.HTTPS, "kms.cn-hangzhou.aliyuncs.com", 443);

    assertThat(endpoint.authority()).isEqualTo("kms.cn-hangzhou.aliyuncs.com");
    assertThat(endpoint.uri()).hasToString("https://kms.cn-hangzhou.aliyuncs.com");
  }

  @Test
  void another_port_is_named() {
    assertThat(new Endpoint(Protocol.HTTP, "localhost", 443).uri())
        .hasToString("http://localhost:443");
  }

  @Test
  void an_ipv6_address_keeps_its_brackets() {
    assertThat(new Endpoint(Protocol.HTTP, "[::1]", 9090).uri()).hasHost("[::1]").hasPort(9090);
  }
}
