package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that become the host of a URL, or a part of its name. */
class HostsTest {
  private static final List<String> HOSTILE =
      List.of(
          "x@evil.example:42443/z",
          "x:y@evil.example",
          "evil.example:1/",
          "evil.example?",
          "evil.example#",
          "evil.example\\",
          "evil.example:99999",
          "evil.example:-1",
          "evil.example ",
          "evil.example\r\nX: y",
          "%65vil.example",
          "[::1",
          "..",
          "/");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALIBABA_CLOUD_REGION_ID",
        "ALIBABA_CLOUD_STS_REGION",
        "ALIBABA_CLOUD_STS_ENDPOINT",
        "KMS_AGENT_KMS_REGION",
        "KMS_AGENT_KMS_ENDPOINT",
        "KMS_AGENT_KMS_STSENDPOINT"
      })
  void more_than_a_host_and_a_port_is_a_problem(String variable) {
    for (var text : HOSTILE) {
      assertThat(Attempt.inHangzhou("").with(KeySample.RRSA).with(variable, text).result())
          .as(text)
          .isInstanceOf(LoadResult.Rejected.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://proxy:65536", "http://proxy:-1", "http://a@b@proxy", "http:///"})
  void a_proxy_has_a_host_and_a_port_that_can_be_connected_to(String url) {
    assertThat(Attempt.inHangzhou("").with("HTTPS_PROXY", url).messages())
        .singleElement()
        .asString()
        .startsWith("environment variable HTTPS_PROXY: KMS.Proxy is no URL");
  }
}
