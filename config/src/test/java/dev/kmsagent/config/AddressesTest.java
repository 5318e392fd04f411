package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.Endpoint.Protocol;
import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the agent listens, and where it finds a service. */
class AddressesTest {
  private static ListenAddress at(String literal) {
    return new ListenAddress(InetAddress.ofLiteral(literal), 2025);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS, kms.cn-hangzhou.aliyuncs.com, 443, https://kms.cn-hangzhou.aliyuncs.com",
    "HTTP, localhost, 443, http://localhost:443",
    "HTTP, [::1], 9090, http://[::1]:9090"
  })
  void the_url_of_a_service_names_a_port_that_is_not_the_protocols_own(
      Protocol protocol, String host, int port, String url) {
    assertThat(new Endpoint(protocol, host, port).uri()).hasToString(url);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, http://127.0.0.1:2025",
    "::1, http://[::1]:2025",
    "2001:db8::7, http://[2001:db8:0:0:0:0:0:7]:2025"
  })
  void the_url_of_a_listener_is_one_that_clients_can_use(String literal, String url) {
    assertThat(at(literal).url()).hasToString(url);
  }
}
