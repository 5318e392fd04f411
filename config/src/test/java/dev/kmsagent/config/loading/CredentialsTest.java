package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.CredentialSource.AccessKey;
import dev.kmsagent.config.CredentialSource.DefaultChain;
import dev.kmsagent.config.CredentialSource.EcsRole;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.config.CredentialSource.Rrsa;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.Origin;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** As whom KMS is called, by keys and standard variables. */
class CredentialsTest {
  private static final Map<String, String> POD = KeySample.RRSA;
  private static final Rrsa POD_ROLE =
      new Rrsa(
          "acs:ram::1:role/a",
          "acs:ram::1:oidc-provider/p",
          Path.of("/run/token"),
          "kms-agent",
          new Endpoint(Protocol.HTTPS, "sts.cn-hangzhou.aliyuncs.com", 443));

  private static CredentialSource identity(Attempt attempt) {
    return attempt.config().kms().credentials();
  }

  private static Attempt of(String type) {
    return Attempt.inHangzhou("[KMS]\nCredentialType = \"" + type + "\"\n");
  }

  private static Attempt withAccessKey(Attempt attempt, String keySecret) {
    return attempt
        .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
        .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", keySecret);
  }

  @Test
  void rrsa_takes_what_the_platform_sets() {
    assertThat(identity(of("RRSA").with(POD))).isEqualTo(POD_ROLE);
  }

  @Test
  void each_key_of_rrsa_ends_up_in_its_place_and_wins_over_its_variable() {
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
  void the_default_is_rrsa_where_the_platform_sets_it_up_and_wins_over_an_access_key() {
    assertThat(identity(Attempt.inHangzhou("").with(POD))).isEqualTo(POD_ROLE);
    Attempt attempt = withAccessKey(Attempt.inHangzhou("").with(POD), "s3cr3t");
    assertThat(identity(attempt)).isEqualTo(POD_ROLE);
    assertThat(attempt.setting("KMS.AccessKeyId").origin()).isEqualTo(Origin.BUILT_IN);
  }

  @Test
  void the_default_is_the_standard_chain_where_nothing_or_a_role_alone_is_set() {
    Attempt attempt = Attempt.inHangzhou("");
    assertThat(identity(attempt)).isEqualTo(new DefaultChain());
    assertThat(identity(attempt.with("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/a")))
        .isEqualTo(new DefaultChain());
  }

  @Test
  void a_role_of_ecs_is_named_by_the_key_or_else_by_the_variable_or_else_found() {
    Attempt found = of("EcsRamRole");
    Attempt byVariable = found.with("ALIBABA_CLOUD_ECS_METADATA", "node");
    assertThat(identity(found)).isEqualTo(new EcsRole(Optional.empty()));
    assertThat(identity(byVariable)).isEqualTo(new EcsRole(Optional.of("node")));
    assertThat(identity(byVariable.with("KMS_AGENT_KMS_ROLENAME", "reader")))
        .isEqualTo(new EcsRole(Optional.of("reader")));
  }

  @Test
  void a_standard_variable_is_taken_as_it_is_and_refers_to_nothing() {
    assertThat(identity(withAccessKey(of("AccessKey"), "${ENV:X}")))
        .isEqualTo(new AccessKey("LTAI5t", new ConfidentialText("${ENV:X}"), Optional.empty()));
  }

  @Test
  void a_security_token_makes_an_access_key_temporary() {
    assertThat(
            identity(
                withAccessKey(of("AccessKey"), "s3cr3t")
                    .with("ALIBABA_CLOUD_SECURITY_TOKEN", "CAIS")))
        .isEqualTo(
            new AccessKey(
                "LTAI5t",
                new ConfidentialText("s3cr3t"),
                Optional.of(new ConfidentialText("CAIS"))));
  }

  @Test
  void each_key_for_the_pods_of_a_node_ends_up_in_its_place() {
    String toml =
        """
        [KMS]
        CredentialType = "podidentity"
        RoleArn = "acs:ram::3:role/kms.{namespace}"
        OidcProviderArn = "acs:ram::2:oidc-provider/c"
        StsEndpoint = "sts.example.com:8443"

        [KMS.PodIdentity]
        Issuer = "https://issuer.example.com/c1/"
        Audience = "kms-agent"
        JwksUri = "https://kubernetes.default.svc/openid/v1/jwks"
        JwksCaFile = "authority.pem"
        JwksTokenFile = "tokens/own"
        Accounts = ["2", "3"]
        NodeName = "node-1"
        MaxTenants = 40
        """;
    Path folder = TestFiles.path(".");
    assertThat(identity(Attempt.inHangzhou(toml).in(folder)))
        .isEqualTo(
            new PodIdentity(
                URI.create("https://issuer.example.com/c1/"),
                "kms-agent",
                Optional.of(URI.create("https://kubernetes.default.svc/openid/v1/jwks")),
                Optional.of(folder.resolve("authority.pem")),
                Optional.of(folder.resolve("tokens/own")),
                List.of("2", "3"),
                Optional.of("node-1"),
                40,
                "acs:ram::2:oidc-provider/c",
                Optional.of("acs:ram::3:role/kms.{namespace}"),
                new Endpoint(Protocol.HTTPS, "sts.example.com", 8443)));
  }

  @Test
  void pods_need_no_more_than_their_issuer_and_provider() {
    assertThat(identity(Attempt.inHangzhou("").with(KeySample.PODS)))
        .isEqualTo(
            new PodIdentity(
                URI.create("https://oidc.example.com/c1"),
                "sts.aliyuncs.com",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of("1"),
                Optional.empty(),
                100,
                "acs:ram::1:oidc-provider/p",
                Optional.empty(),
                new Endpoint(Protocol.HTTPS, "sts.cn-hangzhou.aliyuncs.com", 443)));
  }
}
