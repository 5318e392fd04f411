package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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
    "10.0.0.0/8, https://10.200.3.4",
    "10.0.0.0/9, https://10.127.255.255",
    "0.0.0.0/0, https://8.8.8.8",
    "::1, https://[::1]",
    "[::1], https://[::1]:8443",
    "[fd00::1]:443, https://[fd00::1]",
    "fd00::/8, https://[fd12:3456::1]"
  })
  void an_entry_covers(String entry, URI target) {
    assertThat(ProxyRules.Entry.parse(entry).covers(target)).isTrue();
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
    "10.0.0.0/8, https://11.0.0.1",
    "10.0.0.0/9, https://10.128.0.0",
    "10.0.0.0/8, https://kms.example",
    "10.0.0.0/8, https://[fd00::1]",
    "fd00::/8, https://[fe00::1]",
    "10.0.0.0/x, https://10.0.0.0",
    "'', https://kms.example"
  })
  void an_entry_does_not_cover(String entry, URI target) {
    assertThat(ProxyRules.Entry.parse(entry).covers(target)).isFalse();
  }

  @Property
  void a_block_covers_every_address_that_begins_like_it(
      @ForAll int network, @ForAll int address, @ForAll @IntRange(min = 0, max = 32) int bits) {
    var mask = bits == 0 ? 0 : -1 << (32 - bits);
    var entry = ProxyRules.Entry.parse(dotted(network) + "/" + bits);
    assertThat(entry.covers(URI.create("https://" + dotted(address))))
        .isEqualTo((network & mask) == (address & mask));
  }

  @Property
  void every_entry_can_be_read(@ForAll String entry) {
    assertThatCode(() -> ProxyRules.Entry.parse(entry).covers(URI.create("https://kms.example")))
        .doesNotThrowAnyException();
  }

  private static String dotted(int address) {
    return "%d.%d.%d.%d"
        .formatted(address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }
}
