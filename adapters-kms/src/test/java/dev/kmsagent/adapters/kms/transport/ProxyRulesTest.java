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
    "*, https://kms.cn-hangzhou.aliyuncs.com, true",
    "aliyuncs.com, https://kms.cn-hangzhou.aliyuncs.com, true",
    "aliyuncs.com, https://aliyuncs.com, true",
    "AliyunCS.com, https://KMS.aliyuncs.COM, true",
    ".aliyuncs.com, https://kms.aliyuncs.com, true",
    "*.aliyuncs.com, https://kms.aliyuncs.com, true",
    "' kms.example ', https://kms.example, true",
    "kms.example:443, https://kms.example, true",
    "kms.example:8443, https://kms.example:8443, true",
    "10.0.0.1, https://10.0.0.1, true",
    "10.0.0.1:443, https://10.0.0.1, true",
    "::1, https://[::1], true",
    "[::1], https://[::1]:8443, true",
    "[fd00::1]:443, https://[fd00::1], true",
    "aliyuncs.com, https://notaliyuncs.com, false",
    "aliyuncs.com, https://aliyuncs.com.example, false",
    ".aliyuncs.com, https://aliyuncs.com, false",
    "*.aliyuncs.com, https://aliyuncs.com, false",
    "kms.example:8443, https://kms.example, false",
    "kms.example:80, https://kms.example, false",
    "10.0.0.1, https://10.0.0.10, false",
    "10.0.0.0/8, https://10.0.0.1, false",
    "10.0.0.0/8, https://kms.example, false",
    "'', https://kms.example, false"
  })
  void an_entry_covers_a_host_or_not(String entry, URI target, boolean isCovered) {
    assertThat(isDirect(entry, target)).isEqualTo(isCovered);
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
