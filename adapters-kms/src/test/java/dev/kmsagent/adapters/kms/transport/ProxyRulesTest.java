package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({
    "*, https://kms.cn-hangzhou.aliyuncs.com",
    "aliyuncs.com, https://kms.cn-hangzhou.aliyuncs.com",
    "aliyuncs.com, https://aliyuncs.com",
    "AliyunCS.com, https://KMS.aliyuncs.COM",
    ".aliyuncs.com, https://kms.aliyuncs.com",
    "*.aliyuncs.com, https://kms.aliyuncs.com",
    "' kms.example ', https://kms.example",
    "kms.example:443, https://kms.example",
    "kms.example:8443, https://kms.example:8443",
    "10.0.0.1, https://10.0.0.1",
    "10.0.0.1:443, https://10.0.0.1",
    "::1, https://[::1]",
    "[::1], https://[::1]:8443",
    "[fd00::1]:443, https://[fd00::1]"
  })
  void an_entry_covers(String entry, URI target) {
    assertThat(isDirect(entry, target)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "aliyuncs.com, https://notaliyuncs.com",
    "aliyuncs.com, https://aliyuncs.com.example",
    ".aliyuncs.com, https://aliyuncs.com",
    "*.aliyuncs.com, https://aliyuncs.com",
    "kms.example:8443, https://kms.example",
    "kms.example:80, https://kms.example",
    "10.0.0.1, https://10.0.0.10",
    "10.0.0.0/8, https://10.0.0.1",
    "10.0.0.0/8, https://kms.example",
    "'', https://kms.example"
  })
  void an_entry_does_not_cover(String entry, URI target) {
    assertThat(isDirect(entry, target)).isFalse();
  }

  @Property
  void every_entry_can_be_read(@ForAll String entry) {
    assertThatCode(() -> isDirect(entry, URI.create("https://kms.example")))
        .doesNotThrowAnyException();
  }

  private static boolean isDirect(String entry, URI target) {
    return new ProxyRules("proxy.example", 3128, List.of(entry))
        .select(target)
        .equals(List.of(Proxy.NO_PROXY));
  }
}
