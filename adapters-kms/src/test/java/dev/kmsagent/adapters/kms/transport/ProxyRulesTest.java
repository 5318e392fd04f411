package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxyRulesTest {
  private final ProxyRules rules = new ProxyRules("proxy.example", 3128, List.of("inside.example"));

  @Test
  void calls_go_through_the_proxy() {
    assertThat(rules.select(URI.create("https://kms.cn-hangzhou.aliyuncs.com")))
        .containsExactly(
            new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.example", 3128)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:1234",
        "http://LOCALHOST",
        "http://127.0.0.1:1234",
        "http://127.1.2.3",
        "http://[::1]:1234",
        "http://100.100.100.200/latest/meta-data",
        "https://inside.example",
        "https://kms.inside.example"
      })
  void this_machine_its_metadata_and_the_exceptions_are_reached_directly(String target) {
    assertThat(rules.select(URI.create(target))).containsExactly(Proxy.NO_PROXY);
  }
}
