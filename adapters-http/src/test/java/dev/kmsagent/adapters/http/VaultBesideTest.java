package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Secrets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vault's routes beside another dialect: each path has one dialect, for secrets and failures. */
final class VaultBesideTest {
  private static final String VALUE = "{\"password\":\"pw\"}";
  private static final String OWN = "/secretsmanager/get?secretId=db";
  private static final String VAULTS = "/v1/secret/data/db";

  @AutoClose private final TestAgent agent = new TestAgent("ResponseType = 1\n" + TestAgent.VAULT);

  VaultBesideTest() {
    agent.hold(Secrets.text("db", "v1", VALUE));
  }

  private static String ofVault(Answer answer) {
    return answer.json().getAsJsonObject("data").get("data").toString();
  }

  @Test
  void one_cached_secret_is_served_in_the_dialect_of_each_path() {
    assertThat(agent.get(OWN).json().get("SecretString").getAsString()).isEqualTo(VALUE);
    assertThat(ofVault(agent.get(VAULTS))).isEqualTo(VALUE);
    assertThat(agent.get(OWN).json().has("SecretString")).isTrue();
    assertThat(agent.get(OWN).header("X-Request-Id"))
        .isNotEqualTo(agent.get(VAULTS).header("X-Request-Id"));
  }

  @Test
  void so_is_one_that_was_waited_for() {
    agent.give(Secrets.text("db", "v2", VALUE));

    assertThat(agent.get(OWN + "&refreshNow=true").json().has("SecretString")).isTrue();
    assertThat(ofVault(agent.get(VAULTS + "?refreshNow=true"))).isEqualTo(VALUE);
    assertThat(agent.get(VAULTS + "?version=2").body()).contains("\"password\":\"pw\"");
    assertThat(agent.get("/v1/secret/metadata/db").body()).contains("\"current_version\":2");
  }

  @Test
  void the_kms_format_has_the_same_beside_it() {
    try (var kms = new TestAgent(TestAgent.VAULT)) {
      kms.hold(Secrets.text("db", "v1", VALUE));

      assertThat(kms.get(OWN).json().get("SecretData").getAsString()).isEqualTo(VALUE);
      assertThat(ofVault(kms.get(VAULTS))).isEqualTo(VALUE);
    }
  }

  @ParameterizedTest
  @CsvSource({"field=password, pw", "field=., '{\"password\":\"pw\"}'"})
  void a_field_is_the_same_on_both_paths(String parameter, String value) {
    assertThat(agent.get(OWN + '&' + parameter).body()).isEqualTo(value);
    assertThat(agent.get(VAULTS + '?' + parameter).body()).isEqualTo(value);
  }

  @Test
  void failures_have_the_dialect_of_their_path() {
    agent.secrets.answer("none", Secrets.denied());

    agent.get("/v1/secret/data/none").assertVaultError(403, "Forbidden.NoPermission");
    agent.get("/v1/secret/data/none?version=1").assertVaultError(403, "Forbidden.NoPermission");
    assertThat(agent.get("/secretsmanager/get?secretId=none").body())
        .contains("__type")
        .doesNotContain("errors");
    agent.send(agent.port, "GET", VAULTS).assertVaultError(403, "Forbidden.Token");
    assertThat(agent.send(agent.port, "GET", OWN).body()).doesNotContain("errors");
  }

  @Test
  void stages_are_spelt_as_clients_of_the_path_do() {
    agent.get(OWN + "&versionStage=AWSPREVIOUS");
    agent.get(VAULTS + "?versionStage=ACSPrevious");

    assertThat(agent.secrets.requests("db"))
        .extracting(request -> request.query())
        .containsOnly(Secrets.byStage("db", "ACSPrevious"));
  }
}
