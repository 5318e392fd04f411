package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
  private static ListenAddress at(String literal) {
    return new ListenAddress(InetAddress.ofLiteral(literal), 2025);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, http://127.0.0.1:2025",
    "::1, http://[::1]:2025",
    "2001:db8::7, http://[2001:db8:0:0:0:0:0:7]:2025"
  })
  void its_url_is_one_that_clients_can_use(String literal, String url) {
    assertThat(at(literal).url()).hasToString(url);
  }

  @Test
  void the_other_loopback_address_is_of_the_other_version_of_ip() {
    assertThat(at("127.0.0.1").otherLoopback()).contains(InetAddress.ofLiteral("::1"));
    assertThat(at("::1").otherLoopback()).contains(InetAddress.ofLiteral("127.0.0.1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.2", "0.0.0.0", "::", "10.0.0.1", "2001:db8::1"})
  void an_address_that_localhost_does_not_have_has_no_other(String literal) {
    assertThat(at(literal).otherLoopback()).isEmpty();
  }
}
