package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.CredentialSource.Rrsa;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** As whom KMS is called, by keys and standard variables. */
class CredentialsTest {
  private static final String ROLE_ARN = "ALIBABA_CLOUD_ROLE_ARN";
  private static final String PROVIDER_ARN = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
  private static final String TOKEN_FILE = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";

  /** What the platform sets in a pod. */
  private static final Map<String, String> POD =
      Map.of(
          ROLE_ARN, "acs:ram::1:role/reader",
          PROVIDER_ARN, "acs:ram::1:oidc-provider/ack",
          TOKEN_FILE, "/run/token");

  private static final Rrsa POD_ROLE =
      new Rrsa(
          "acs:ram::1:role/reader",
          "acs:ram::1:oidc-provider/ack",
          Path.of("/run/token"),
          "kms-agent",
          new Endpoint(Protocol.HTTPS, "sts.cn-hangzhou.aliyuncs.com", 443));

  private static CredentialSource identity(Attempt attempt) {
    return attempt.config().kms().credentials();
  }

  private static Attempt of(String type) {
    return Attempt.inHangzhou("[KMS]\nCredentialType = \"" + type + "\"\n");
  }

  @Nested
  class Rrsa_by_name {

    @Test
    void it_takes_what_the_platform_sets() {
      assertThat(identity(of("RRSA").with(POD))).isEqualTo(POD_ROLE);
    }

    @Test
    void each_key_ends_up_in_its_place_and_wins_over_its_variable() {
      String toml =
          """
          [KMS]
          Region = "cn-beijing"
          CredentialType = "rrsa"
          RoleArn = "acs:ram::2:role/b"
          OidcProviderArn = "acs:ram::2:oidc-provider/c"
          OidcTokenFile = "tokens/d"
          RoleSessionName = "e@f"
          StsEndpoint = "sts.example.com:8443"
          """;

      assertThat(
              identity(Attempt.of(toml).with(POD).with("ALIBABA_CLOUD_ROLE_SESSION_NAME", "other")))
          .isEqualTo(
              new Rrsa(
                  "acs:ram::2:role/b",
                  "acs:ram::2:oidc-provider/c",
                  Path.of("/somewhere/tokens/d"),
                  "e@f",
                  new Endpoint(Protocol.HTTPS, "sts.example.com", 8443)));
    }

    @Test
    void the_session_is_named_by_the_variable_where_no_key_does() {
      Attempt attempt = of("RRSA").with(POD).with("ALIBABA_CLOUD_ROLE_SESSION_NAME", "orders");

      assertThat(((Rrsa) identity(attempt)).roleSessionName()).isEqualTo("orders");
    }

    @Test
    void all_that_is_missing_is_named_with_the_key_and_its_variables() {
      assertThat(of("RRSA").messages())
          .containsExactly(
              "config.toml:2: KMS.RoleArn is missing, and KMS.CredentialType = \"RRSA\" needs it;"
                  + " allowed: acs:ram::ACCOUNT:role/NAME, in the file or as"
                  + " KMS_AGENT_KMS_ROLEARN or ALIBABA_CLOUD_ROLE_ARN",
              "config.toml:2: KMS.OidcProviderArn is missing, and KMS.CredentialType = \"RRSA\""
                  + " needs it; allowed: acs:ram::ACCOUNT:oidc-provider/NAME, in the file or as"
                  + " KMS_AGENT_KMS_OIDCPROVIDERARN or ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
              "config.toml:2: KMS.OidcTokenFile is missing, and KMS.CredentialType = \"RRSA\""
                  + " needs it; allowed: a path, in the file or as KMS_AGENT_KMS_OIDCTOKENFILE or"
                  + " ALIBABA_CLOUD_OIDC_TOKEN_FILE");
    }

    @Test
    void one_arn_in_the_place_of_another_is_told_apart() {
      assertThat(of("RRSA").with(POD).with(ROLE_ARN, "acs:ram::1:oidc-provider/ack").messages())
          .containsExactly(
              "environment variable ALIBABA_CLOUD_ROLE_ARN: KMS.RoleArn is not allowed; found"
                  + " \"acs:ram::1:oidc-provider/ack\"; allowed: acs:ram::ACCOUNT:role/NAME");
    }

    @Test
    void the_region_of_sts_is_that_of_kms() {
      Attempt attempt =
          Attempt.of("[KMS]\nEndpoint = \"kms-vpc.cn-beijing.aliyuncs.com\"\n").with(POD);

      assertThat(((Rrsa) identity(attempt)).stsEndpoint().authority())
          .isEqualTo("sts-vpc.cn-beijing.aliyuncs.com");
      assertThat(attempt.setting("KMS.StsEndpoint"))
          .isEqualTo(
              new Setting(
                  "KMS.StsEndpoint",
                  "\"sts-vpc.cn-beijing.aliyuncs.com\"",
                  Origin.derived("KMS.Endpoint")));
    }

    @Test
    void what_the_identity_webhook_injects_decides_where_sts_is() {
      var region = of("RRSA").with(POD).with("ALIBABA_CLOUD_STS_REGION", "cn-beijing");
      var vpc = region.with("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED", "true");
      var endpoint = vpc.with("ALIBABA_CLOUD_STS_ENDPOINT", "sts.example.com");

      assertThat(sts(region)).isEqualTo("sts.cn-beijing.aliyuncs.com");
      assertThat(sts(vpc)).isEqualTo("sts-vpc.cn-beijing.aliyuncs.com");
      assertThat(sts(endpoint)).isEqualTo("sts.example.com");
      assertThat(sts(endpoint.with("KMS_AGENT_KMS_STSENDPOINT", "sts.of.mine")))
          .isEqualTo("sts.of.mine");
      assertThat(endpoint.setting("KMS.StsEndpoint").origin())
          .isEqualTo(Origin.variable("ALIBABA_CLOUD_STS_ENDPOINT"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"x@127.0.0.1:42443/z", "127.0.0.1/", "evil.example#", "a.b", "CN-Beijing", " "})
    void a_region_of_sts_that_is_none_is_a_problem_whatever_reads_it(String region) {
      for (var type : List.of("RRSA", "Default")) {
        assertThat(of(type).with(POD).with("ALIBABA_CLOUD_STS_REGION", region).messages())
            .containsExactly(
                "environment variable ALIBABA_CLOUD_STS_REGION: it is no id of a region");
      }
      assertThat(of("Default").with("ALIBABA_CLOUD_STS_REGION", region).problems()).hasSize(1);
    }

    @Test
    void its_variables_are_not_read_for_another_identity() {
      var attempt =
          of("EcsRamRole")
              .with("ALIBABA_CLOUD_STS_ENDPOINT", "https://not.a.host/")
              .with("ALIBABA_CLOUD_STS_REGION", "no region");

      assertThat(attempt.result()).isInstanceOf(LoadResult.Loaded.class);
    }

    @Test
    void an_own_gateway_without_a_region_does_not_mean_the_public_sts() {
      var toml = "[KMS]\nEndpoint = \"kst-1.cryptoservice.kms.aliyuncs.com\"\n";

      assertThat(Attempt.of(toml).with(POD).messages())
          .singleElement()
          .asString()
          .contains("KMS.StsEndpoint is missing", "ALIBABA_CLOUD_STS_ENDPOINT");
      assertThat(sts(Attempt.of(toml).with(POD).with("ALIBABA_CLOUD_STS_REGION", "cn-beijing")))
          .isEqualTo("sts-vpc.cn-beijing.aliyuncs.com");
      assertThat(Attempt.of(toml).result()).isInstanceOf(LoadResult.Loaded.class);
    }

    private static String sts(Attempt attempt) {
      return ((Rrsa) identity(attempt)).stsEndpoint().authority();
    }

    @Test
    void a_region_decides_where_sts_is_before_the_endpoint_does() {
      assertThat(of("RRSA").with(POD).setting("KMS.StsEndpoint").origin())
          .isEqualTo(Origin.derived("KMS.Region"));
    }
  }

  @Nested
  class Default_type {

    @Test
    void it_is_rrsa_where_the_platform_sets_it_up() {
      assertThat(identity(Attempt.inHangzhou("").with(POD))).isEqualTo(POD_ROLE);
    }

    @Test
    void rrsa_wins_over_an_access_key_of_the_environment() {
      Attempt attempt =
          Attempt.inHangzhou("").with(POD).with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t");

      assertThat(identity(attempt)).isEqualTo(POD_ROLE);
      assertThat(attempt.setting("KMS.AccessKeyId").origin()).isEqualTo(Origin.BUILT_IN);
    }

    @Test
    void it_is_the_standard_chain_where_nothing_asks_for_rrsa() {
      assertThat(identity(Attempt.inHangzhou(""))).isEqualTo(new CredentialSource.DefaultChain());
    }

    @Test
    void the_variable_of_a_role_alone_asks_for_nothing() {
      assertThat(identity(Attempt.inHangzhou("").with(ROLE_ARN, "acs:ram::1:role/reader")))
          .isEqualTo(new CredentialSource.DefaultChain());
    }

    @ParameterizedTest
    @CsvSource({
      ROLE_ARN + ", KMS.RoleArn, " + PROVIDER_ARN + ", KMS.OidcProviderArn",
      PROVIDER_ARN + ", KMS.OidcProviderArn, " + TOKEN_FILE + ", KMS.OidcTokenFile",
      TOKEN_FILE + ", KMS.OidcTokenFile, " + PROVIDER_ARN + ", KMS.OidcProviderArn"
    })
    void two_of_three_variables_never_become_another_identity(
        String left, String key, String asking, String by) {
      assertThat(Attempt.inHangzhou("").with(POD).with(left, "").messages())
          .singleElement()
          .asString()
          .startsWith(
              "environment variable "
                  + asking
                  + ": "
                  + key
                  + " is missing, and RRSA, which "
                  + by
                  + " asks for, needs it; allowed: ")
          .endsWith(" or " + left);
    }

    @Test
    void a_role_that_the_file_names_asks_for_rrsa() {
      Attempt attempt =
          Attempt.inHangzhou("[KMS]\nRoleArn = \"acs:ram::2:role/b\"\n")
              .with(PROVIDER_ARN, "acs:ram::1:oidc-provider/ack");

      assertThat(attempt.messages())
          .containsExactly(
              "config.toml:2: KMS.OidcTokenFile is missing, and RRSA, which KMS.RoleArn asks for,"
                  + " needs it; allowed: a path, in the file or as KMS_AGENT_KMS_OIDCTOKENFILE or"
                  + " ALIBABA_CLOUD_OIDC_TOKEN_FILE");
    }
  }

  @Nested
  class Ecs_role {

    @Test
    void it_is_found_where_nobody_names_it() {
      assertThat(identity(of("EcsRamRole")))
          .isEqualTo(new CredentialSource.EcsRole(Optional.empty()));
    }

    @Test
    void it_is_named_by_the_key_or_else_by_the_variable() {
      Attempt byVariable = of("EcsRamRole").with("ALIBABA_CLOUD_ECS_METADATA", "node");

      assertThat(identity(byVariable)).isEqualTo(new CredentialSource.EcsRole(Optional.of("node")));
      assertThat(identity(byVariable.with("KMS_AGENT_KMS_ROLENAME", "reader")))
          .isEqualTo(new CredentialSource.EcsRole(Optional.of("reader")));
    }
  }

  @Nested
  class Keys_and_variables_of_another_type {

    @ParameterizedTest
    @CsvSource({
      "AccessKey, RoleArn, acs:ram::2:role/b, RRSA",
      "EcsRamRole, OidcProviderArn, acs:ram::2:oidc-provider/b, RRSA",
      "AccessKey, OidcTokenFile, /run/token, RRSA",
      "Default, RoleSessionName, orders, RRSA",
      "Default, StsEndpoint, sts.example.com, RRSA",
      "Default, RoleName, node, EcsRamRole",
      "RRSA, RoleName, node, EcsRamRole",
      "EcsRamRole, AccessKeyId, LTAI5t, AccessKey",
      "RRSA, SecurityToken, CAIS, AccessKey"
    })
    void a_key_that_nobody_would_look_at_is_a_problem(
        String type, String key, String value, String owner) {
      Map<String, String> pod = type.equals("RRSA") ? POD : Map.of();
      String toml = "[KMS]\nCredentialType = \"%s\"\n%s = \"%s\"\n".formatted(type, key, value);

      assertThat(
              Attempt.inHangzhou(toml)
                  .with(pod)
                  .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t")
                  .messages())
          .containsExactly(
              "config.toml:3: KMS."
                  + key
                  + " is of no use without KMS.CredentialType = \""
                  + owner
                  + "\"");
    }

    @Test
    void a_session_of_rrsa_may_be_named_where_the_default_is_rrsa() {
      Attempt attempt = Attempt.inHangzhou("[KMS]\nRoleSessionName = \"orders\"\n").with(POD);

      assertThat(((Rrsa) identity(attempt)).roleSessionName()).isEqualTo("orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessKey", "EcsRamRole"})
    void their_variables_are_not_even_looked_at(String type) {
      Attempt attempt =
          of(type)
              .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
              .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t")
              .with(ROLE_ARN, "not an ARN")
              .with("ALIBABA_CLOUD_ROLE_SESSION_NAME", "not a name")
              .with(TOKEN_FILE, "/run/token");

      assertThat(identity(attempt)).isNotInstanceOf(Rrsa.class);
      assertThat(attempt.setting("KMS.RoleArn").shownValue()).isEqualTo("none");
    }
  }
}
