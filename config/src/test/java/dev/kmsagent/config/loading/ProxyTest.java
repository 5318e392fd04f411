package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which proxy is used, by the key and the standard variables. */
class ProxyTest {
  private static Proxy proxy(Attempt attempt) {
    return attempt.config().kms().transport().proxy();
  }

  @Test
  void the_variable_spares_the_hosts_of_no_proxy() {
    assertThat(
            proxy(
                Attempt.inHangzhou("")
                    .with("HTTPS_PROXY", "http://proxy:3128")
                    .with("NO_PROXY", "10.0.0.1, .internal")))
        .isEqualTo(
            new Proxy.Through(
                "proxy", 3128, new Proxy.Login.Anonymous(), List.of("10.0.0.1", ".internal")));
  }

  @Test
  void the_key_alone_decides_when_it_is_given() {
    assertThat(
            proxy(
                Attempt.inHangzhou("[KMS]\nProxy = \"http://other/\"\n")
                    .with("HTTPS_PROXY", "http://proxy:3128")
                    .with("NO_PROXY", "*")))
        .isEqualTo(new Proxy.Through("other", 80, new Proxy.Login.Anonymous(), List.of()));
  }

  @Test
  void a_login_is_decoded() {
    var login = new Proxy.Login.Basic("me", new ConfidentialText("p@ss"));
    assertThat(proxy(Attempt.inHangzhou("").with("HTTPS_PROXY", "http://me:p%40ss@proxy:3128")))
        .isEqualTo(new Proxy.Through("proxy", 3128, login, List.of()));
  }
}
