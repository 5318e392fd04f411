package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions by number, and metadata: what the current and the previous version answer. */
class VaultVersionsTest {
  private static final String VAULT = "ResponseType = 2\n" + TestAgent.VAULT;
  private static final SecretQuery CURRENT = SecretQuery.current(new SecretName("db"));
  private static final SecretQuery PREVIOUS = Secrets.byStage("db", "ACSPrevious");

  @AutoClose private final TestAgent agent = new TestAgent(VAULT);

  VaultVersionsTest() {
    agent.give(secret("v7", "2026-01-07"));
    agent.secrets.answerTo(PREVIOUS, agent.found(secret("4", "2026-01-04"), CacheState.MISS));
  }

  private static Secret secret(String version, String day) {
    var created = Map.of(SecretAttribute.CREATE_TIME, day + "T00:00:00Z");
    return with(Secrets.text("db", version, "{\"version\":\"" + version + "\"}"), created);
  }

  private static Secret with(Secret secret, Map<SecretAttribute, String> attributes) {
    return new Secret(
        secret.name(),
        secret.version(),
        secret.stages(),
        secret.dataType(),
        secret.value(),
        attributes);
  }

  private Answer get(String path) {
    return agent.get("/v1/secret/" + path);
  }

  private static void assertVersion(Answer answer, String id) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().getAsJsonObject("data").get("data").toString())
        .isEqualTo("{\"version\":\"" + id + "\"}");
  }

  private JsonObject metadata() {
    return get("metadata/db").json().getAsJsonObject("data");
  }

  @Test
  void metadata_has_the_two_versions_and_no_value() {
    assertThat(metadata().get("current_version").getAsInt()).isEqualTo(7);
    assertThat(metadata().get("oldest_version").getAsInt()).isEqualTo(4);
    assertThat(metadata().get("created_time").getAsString()).isEqualTo("2026-01-04T00:00:00Z");
    assertThat(metadata().get("updated_time").getAsString()).isEqualTo("2026-01-07T00:00:00Z");
    assertThat(metadata().getAsJsonObject("versions").keySet()).containsExactly("7", "4");
    assertThat(get("metadata/db").body()).doesNotContain("\"version\"");
  }

  @Test
  void metadata_has_the_current_version_alone_where_there_is_no_other() {
    agent.secrets.answerTo(PREVIOUS, Secrets.noSuchVersion());
    assertOnlyCurrent();
    agent.secrets.answerTo(PREVIOUS, Secrets.unreachable());
    assertOnlyCurrent();
    agent.secrets.answerTo(PREVIOUS, agent.found(secret("7", "2026-01-04"), CacheState.MISS));
    assertOnlyCurrent();
  }

  private void assertOnlyCurrent() {
    assertThat(metadata().getAsJsonObject("versions").keySet()).containsExactly("7");
    assertThat(metadata().get("created_time").getAsString()).isEqualTo("2026-01-07T00:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"metadata/none", "data/none?version=1"})
  void a_secret_that_cannot_be_read_has_no_versions(String path) {
    get(path).assertVaultError(404, "Forbidden.ResourceNotFound");
    agent.secrets.answer("none", Secrets.denied());
    get(path).assertVaultError(403, "Forbidden.NoPermission");
    assertThat(agent.secrets.requests("none"))
        .allMatch(request -> request.query().isForCurrent())
        .hasSize(2);
  }

  @Test
  void the_current_version_is_read_by_its_number_with_one_read() {
    assertVersion(get("data/db?version=7"), "v7");
    assertThat(agent.secrets.requests("db"))
        .extracting(request -> request.query())
        .containsExactly(CURRENT);
  }

  @Test
  void the_previous_version_is_read_by_its_number_with_the_other_parameters() {
    assertVersion(get("data/db?version=4"), "4");
    assertVersion(get("data/db?version=4&refreshNow=true"), "4");
    assertThat(get("data/db?version=4&field=version&maxStale=0").body()).isEqualTo("4");
    assertThat(agent.secrets.bounds()).hasSize(2);
    assertThat(agent.secrets.requests("db"))
        .filteredOn(request -> request.query().equals(PREVIOUS))
        .extracting(request -> request.mode())
        .containsExactly(ReadMode.CACHED, ReadMode.REFRESH_NOW, ReadMode.CACHED);
  }

  @Test
  void of_two_versions_with_one_number_the_current_is_read() {
    agent.secrets.answerTo(PREVIOUS, agent.found(secret("7", "2026-01-04"), CacheState.MISS));
    assertVersion(get("data/db?version=7"), "v7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "1", "2147483647", "4294967303", "999999999999"})
  void a_number_that_neither_has_is_not_found(String number) {
    get("data/db?version=" + number).assertVaultError(404, "NoSuchVersion");
    agent.secrets.answerTo(PREVIOUS, Secrets.noSuchVersion());
    get("data/db?version=" + number).assertVaultError(404, "versionId");
  }

  @Test
  void a_previous_version_that_cannot_be_read_is_not_said_to_be_missing() {
    agent.secrets.answerTo(PREVIOUS, Secrets.unreachable());
    get("data/db?version=5").assertVaultError(502, "UpstreamUnavailable");
    agent.secrets.answerTo(PREVIOUS, Secrets.denied());
    get("data/db?version=5").assertVaultError(403, "Forbidden.NoPermission");
    assertVersion(get("data/db?version=7"), "v7");
  }

  @ParameterizedTest
  @CsvSource({"data/db?version=7", "metadata/db"})
  void a_bug_in_between_is_no_more_than_a_failure(String path) {
    agent.secrets.breakDown(new IllegalStateException("secret"));
    get(path).assertVaultError(500, "InternalFailure");
  }

  @Test
  void a_secret_without_a_date_has_one_all_the_same() {
    agent.hold(with(Secrets.text("undated", "y", "text"), Map.of()));
    var metadata = get("data/undated").json().getAsJsonObject("data").getAsJsonObject("metadata");
    assertThat(metadata.get("created_time").getAsString()).isEqualTo("1970-01-01T00:00:00Z");
  }

  @Test
  void secrets_have_the_lease_of_the_configuration() {
    try (var leasing = new TestAgent(VAULT + "VaultLeaseSeconds = 60")) {
      leasing.hold(secret("v7", "2026-01-07"));
      var body = leasing.get("/v1/secret/data/db").json();
      assertThat(body.get("lease_duration").getAsInt()).isEqualTo(60);
    }
  }
}
