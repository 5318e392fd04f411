package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.Origin;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment may say, and what it may not. */
class EnvironmentTest {

  @Nested
  class Overrides_of_keys {

    @Test
    void the_variable_wins_over_the_file() {
      Attempt attempt =
          Attempt.inHangzhou("[Server]\nHttpPort = 2026\n")
              .with("KMS_AGENT_SERVER_HTTPPORT", "2027");

      assertThat(attempt.config().server().listen().port()).isEqualTo(2027);
      assertThat(attempt.setting("Server.HttpPort").origin())
          .isEqualTo(Origin.variable("KMS_AGENT_SERVER_HTTPPORT"));
    }

    @Test
    void a_bad_value_in_the_file_stays_a_problem_under_a_variable() {
      assertThat(
              Attempt.inHangzhou("[Server]\nHttpPort = -1\n")
                  .with("KMS_AGENT_SERVER_HTTPPORT", "2027")
                  .messages())
          .containsExactly(
              "config.toml:2: Server.HttpPort is out of range; found -1; allowed: 0..65535");
    }

    @Test
    void a_list_is_separated_by_commas() {
      assertThat(
              Attempt.inHangzhou("")
                  .with("KMS_AGENT_SERVER_ALLOWEDHOSTS", "agent.local, agent")
                  .config()
                  .server()
                  .guard()
                  .allowedHosts())
          .containsExactly("agent.local", "agent");
    }

    @Test
    void a_list_with_nothing_between_two_commas_is_a_problem() {
      assertThat(Attempt.inHangzhou("").with("KMS_AGENT_SERVER_SSRFHEADERS", "X-A,,X-B").messages())
          .containsExactly(
              "environment variable KMS_AGENT_SERVER_SSRFHEADERS: Server.SSRFHeaders has an item"
                  + " that is not allowed; found [\"X-A\", \"\", \"X-B\"]; allowed: a list of"
                  + " header names, not empty");
    }

    @Test
    void an_empty_variable_is_a_value_and_not_an_absence() {
      assertThat(Attempt.inHangzhou("").with("KMS_AGENT_KMS_ENDPOINT", "").messages())
          .containsExactly(
              "environment variable KMS_AGENT_KMS_ENDPOINT: KMS.Endpoint is no host; found \"\";"
                  + " allowed: host or host:port, without a scheme");
    }

    @Test
    void an_unknown_variable_is_answered_with_the_closest() {
      assertThat(Attempt.inHangzhou("").with("KMS_AGENT_CACHE_TTL", "300").messages())
          .containsExactly(
              "environment variable KMS_AGENT_CACHE_TTL: it is not known; did you mean"
                  + " KMS_AGENT_CACHE_TTLSECONDS?");
    }

    @Test
    void a_variable_that_is_not_in_upper_case_is_unknown() {
      assertThat(Attempt.inHangzhou("").with("KMS_AGENT_Server_HttpPort", "1").messages())
          .containsExactly(
              "environment variable KMS_AGENT_Server_HttpPort: it is not known; did you mean"
                  + " KMS_AGENT_SERVER_HTTPPORT?");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "KMS_AGENT_JAVA_OPTS",
          "KMS_AGENT_HEAP",
          "KMS_AGENT_SERVICE_HOST",
          "KMS_AGENT_SERVICE_PORT",
          "KMS_AGENT_SERVICE_PORT_HTTP",
          "KMS_AGENT_PORT",
          "KMS_AGENT_PORT_2025_TCP",
          "KMS_AGENT_PORT_2025_TCP_ADDR"
        })
    void what_the_launcher_and_kubernetes_set_is_left_alone(String variable) {
      assertThat(Attempt.inHangzhou("").with(variable, "-Xmx64m").config())
          .isEqualTo(Attempt.inHangzhou("").config());
    }
  }

  @Nested
  class Standard_variables {

    @Test
    void the_region_falls_back_on_the_variable() {
      Attempt attempt = Attempt.of("").with("ALIBABA_CLOUD_REGION_ID", "cn-beijing");

      assertThat(attempt.config().kms().region()).isEqualTo(Optional.of("cn-beijing"));
      assertThat(attempt.config().kms().transport().endpoint())
          .isEqualTo(new Endpoint(Protocol.HTTPS, "kms.cn-beijing.aliyuncs.com", 443));
      assertThat(attempt.setting("KMS.Region").origin())
          .isEqualTo(Origin.variable("ALIBABA_CLOUD_REGION_ID"));
      assertThat(attempt.setting("KMS.Endpoint"))
          .isEqualTo(
              new Setting(
                  "KMS.Endpoint", "\"kms.cn-beijing.aliyuncs.com\"", Origin.derived("KMS.Region")));
    }

    @Test
    void the_file_wins_over_a_standard_variable() {
      assertThat(Attempt.inHangzhou("[KMS]\nRegion = \"cn-beijing\"\n").config().kms().region())
          .isEqualTo(Optional.of("cn-beijing"));
    }

    @Test
    void an_empty_standard_variable_counts_as_not_set() {
      assertThat(Attempt.inHangzhou("").with("HTTPS_PROXY", "").config().kms().transport().proxy())
          .isEqualTo(new Proxy.Direct());
    }

    @Test
    void a_bad_standard_variable_is_reported_by_its_name() {
      assertThat(Attempt.of("").with("ALIBABA_CLOUD_REGION_ID", "Hangzhou").messages())
          .containsExactly(
              "environment variable ALIBABA_CLOUD_REGION_ID: KMS.Region is not allowed; found"
                  + " \"Hangzhou\"; allowed: a region id such as \"cn-hangzhou\"");
    }

    @Test
    void a_security_token_makes_it_temporary() {
      assertThat(
              Attempt.inHangzhou("[KMS]\nCredentialType = \"AccessKey\"\n")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.N")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t")
                  .with("ALIBABA_CLOUD_SECURITY_TOKEN", "CAIS")
                  .config()
                  .kms()
                  .credentials())
          .isEqualTo(
              new CredentialSource.AccessKey(
                  "STS.N",
                  new ConfidentialText("s3cr3t"),
                  Optional.of(new ConfidentialText("CAIS"))));
    }

    @Test
    void a_standard_variable_is_taken_as_it_is_and_refers_to_nothing() {
      assertThat(
              Attempt.inHangzhou("[KMS]\nCredentialType = \"AccessKey\"\n")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "${ENV:X}")
                  .config()
                  .kms()
                  .credentials())
          .isEqualTo(
              new CredentialSource.AccessKey(
                  "LTAI5t", new ConfidentialText("${ENV:X}"), Optional.empty()));
    }
  }

  @Nested
  class Proxies {

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
    void a_login_is_kept_and_not_shown() {
      Attempt attempt = Attempt.inHangzhou("").with("HTTPS_PROXY", "http://me:p%40ss@proxy:3128");

      assertThat(proxy(attempt))
          .isEqualTo(
              new Proxy.Through(
                  "proxy",
                  3128,
                  new Proxy.Login.Basic("me", new ConfidentialText("p@ss")),
                  List.of()));
      assertThat(attempt.setting("KMS.Proxy").shownValue()).isEqualTo("\"http://***@proxy:3128\"");
    }

    @Test
    void a_malformed_one_is_reported_without_its_login() {
      assertThat(Attempt.inHangzhou("").with("HTTPS_PROXY", "https://me:pw@proxy:3128").messages())
          .containsExactly(
              "environment variable HTTPS_PROXY: KMS.Proxy is no URL of an HTTP proxy; found"
                  + " \"***@proxy:3128\"; allowed: http://host:port or"
                  + " http://user:password@host:port");
    }

    private static Proxy proxy(Attempt attempt) {
      return attempt.config().kms().transport().proxy();
    }
  }
}
