package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.Problem;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keys demand of each other. */
class RulesTest {

  @Test
  void neither_region_nor_endpoint_is_a_problem() {
    assertThat(Attempt.of("").messages())
        .containsExactly(
            "KMS.Region and KMS.Endpoint are both missing; allowed: one of them, in the file or as"
                + " KMS_AGENT_KMS_REGION, ALIBABA_CLOUD_REGION_ID or KMS_AGENT_KMS_ENDPOINT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Console = true",
        "Audit = true\nLogLevel = \"None\"",
        "Audit = true\nConsole = false"
      })
  void audit_lines_that_are_required_are_written_somewhere(String log) {
    assertThat(Attempt.inHangzhou("[Log]\nAuditRequired = true\n" + log + "\n").messages())
        .containsExactly(
            "config.toml:2: Log.AuditRequired needs Log.Audit = true, Log.LogPath or Log.Console,"
                + " and a Log.LogLevel other than None");
  }

  @Test
  void an_endpoint_needs_no_region() {
    var kms = Attempt.of("[KMS]\nEndpoint = \"kms.example.com\"\n").config().kms();

    assertThat(kms.region()).isEqualTo(Optional.empty());
    assertThat(kms.transport().endpoint())
        .isEqualTo(new Endpoint(Protocol.HTTPS, "kms.example.com", 443));
  }

  @Test
  void a_bad_region_is_not_a_missing_one_too() {
    assertThat(Attempt.of("[KMS]\nRegion = 1\n").messages())
        .containsExactly(
            "config.toml:2: KMS.Region must be a string; found 1; allowed: a region id such as"
                + " \"cn-hangzhou\"");
  }

  @Test
  void plain_http_to_another_machine_is_a_problem() {
    assertThat(Attempt.inHangzhou("[KMS]\nProtocol = \"http\"\n").messages())
        .containsExactly(
            "config.toml:2: KMS.Protocol would send secrets in clear over the network; found"
                + " \"http\" with the endpoint kms.cn-hangzhou.aliyuncs.com; allowed: \"https\", or"
                + " \"http\" with a loopback endpoint");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LocalHost:9090", "127.0.0.1:9090", "127.8.8.8", "[::1]:80"})
  void plain_http_to_this_machine_is_allowed(String endpoint) {
    assertThat(
            Attempt.of("[KMS]\nProtocol = \"http\"\nEndpoint = \"" + endpoint + "\"\n")
                .config()
                .kms()
                .transport()
                .endpoint()
                .protocol())
        .isEqualTo(Protocol.HTTP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost.example.com", "127.0.0.1.nip.io", "[::2]", "10.0.0.1"})
  void plain_http_to_what_only_looks_like_this_machine_is_a_problem(String endpoint) {
    assertThat(
            Attempt.of("[KMS]\nProtocol = \"http\"\nEndpoint = \"" + endpoint + "\"\n").problems())
        .singleElement()
        .extracting(Problem::subject)
        .isEqualTo("KMS.Protocol");
  }

  @Test
  void where_no_address_is_chosen_the_agent_listens_at_both_loopback_addresses() {
    var server = Attempt.inHangzhou("").config().server();
    var chosen = Attempt.inHangzhou("[Server]\nListenAddress = \"127.0.0.1\"\n").config().server();

    assertThat(server.listen()).isEqualTo(chosen.listen());
    assertThat(server.listensOnBothLoopbacks()).isTrue();
    assertThat(chosen.listensOnBothLoopbacks()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1"})
  void listening_for_other_machines_must_be_allowed(String address) {
    String toml = "[Server]\nListenAddress = \"" + address + "\"\n";

    assertThat(Attempt.inHangzhou(toml).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.subject()).isEqualTo("Server.ListenAddress");
              assertThat(problem.allowed())
                  .isEqualTo("a loopback address, or any with Server.AllowRemote = true");
            });
    assertThat(
            Attempt.inHangzhou(toml + "AllowRemote = true\n")
                .config()
                .server()
                .listen()
                .isLoopback())
        .isFalse();
  }

  @Test
  void an_access_key_without_id_and_secret_has_both_named() {
    assertThat(Attempt.inHangzhou("[KMS]\nCredentialType = \"AccessKey\"\n").messages())
        .containsExactly(
            "config.toml:2: KMS.AccessKeyId is missing, and KMS.CredentialType = \"AccessKey\""
                + " needs it; allowed: an AccessKey id, in the file or as"
                + " KMS_AGENT_KMS_ACCESSKEYID or ALIBABA_CLOUD_ACCESS_KEY_ID",
            "config.toml:2: KMS.AccessKeySecret is missing, and KMS.CredentialType = \"AccessKey\""
                + " needs it; allowed: a secret, not empty, in the file or as"
                + " KMS_AGENT_KMS_ACCESSKEYSECRET or ALIBABA_CLOUD_ACCESS_KEY_SECRET");
  }

  @Test
  void a_mount_of_vault_needs_answers_in_its_format() {
    assertThat(Attempt.inHangzhou("[Server]\nVaultMount = \"secret\"\n").messages())
        .containsExactly(
            "config.toml:2: Server.VaultMount is of no use without Server.ResponseType = 2");
  }

  @Test
  void a_lease_needs_a_mount_of_vault() {
    assertThat(
            Attempt.inHangzhou("[Server]\nResponseType = 2\nVaultLeaseSeconds = 60\n").messages())
        .containsExactly(
            "config.toml:3: Server.VaultLeaseSeconds is of no use without Server.VaultMount;"
                + " found 60; allowed: its default");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "/secret", "a//b", "sys", "auth/x", "../x", "a/..", "a b", "a\\\"b"})
  void a_mount_is_a_path_that_vault_does_not_use_itself(String mount) {
    assertThat(
            Attempt.inHangzhou("[Server]\nResponseType = 2\nVaultMount = \"" + mount + "\"\n")
                .problems())
        .singleElement()
        .extracting(Problem::subject)
        .isEqualTo("Server.VaultMount");
  }
}
