package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.NumberedVersion;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionListing;
import dev.kmsagent.testkit.Secrets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions by number, and metadata: what the list of a secret's versions answers. */
class VaultLookupTest {
  private final TestAgent agent = TestAgent.ofVault("");

  VaultLookupTest() {
    agent.secrets.answer(
        "db", agent.found(Secrets.text("db", "y", "{\"user\":\"u\"}"), CacheState.MISS));
    list(new VersionListing.Listed(versions()));
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private void list(VersionListing listing) {
    agent.versions.answer(CompletableFuture.completedStage(listing));
  }

  private static List<NumberedVersion> versions() {
    return List.of(version(3, "w", true), version(4, "x", false), version(7, "y", false));
  }

  private static NumberedVersion version(int number, String id, boolean isDropped) {
    var created = Instant.parse("2026-01-0" + number + "T00:00:00Z");
    return new NumberedVersion(number, new DatedVersion(new VersionId(id), created), isDropped);
  }

  private Answer get(String path) {
    return agent.get("/v1/secret/" + path);
  }

  private void assertError(Answer answer, int status, String text) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.json().keySet()).containsExactly("errors");
    assertThat(answer.json().getAsJsonArray("errors").get(0).getAsString()).contains(text);
  }

  @Test
  void metadata_has_every_version_and_no_value() {
    var answer = get("metadata/db");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.json())
        .isEqualTo(
            JsonParser.parseString(
                """
                {"request_id":"","lease_id":"","renewable":false,"lease_duration":0,
                 "data":{"cas_required":false,"created_time":"2026-01-03T00:00:00Z",
                  "current_version":7,"custom_metadata":null,"delete_version_after":"0s",
                  "max_versions":10,"oldest_version":3,"updated_time":"2026-01-07T00:00:00Z",
                  "versions":{
                   "3":{"created_time":"2026-01-03T00:00:00Z","deletion_time":"","destroyed":true},
                   "4":{"created_time":"2026-01-04T00:00:00Z","deletion_time":"","destroyed":false},
                   "7":{"created_time":"2026-01-07T00:00:00Z","deletion_time":"","destroyed":false}}},
                 "wrap_info":null,"warnings":null,"auth":null}"""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"metadata/none", "data/none?version=1"})
  void versions_are_listed_only_of_what_may_be_read(String path) {
    assertError(get(path), 404, "Forbidden.ResourceNotFound");
    agent.secrets.answer("none", Secrets.denied());
    assertError(get(path), 403, "Forbidden.NoPermission");
    assertThat(agent.versions.asked()).isEmpty();
  }

  @Test
  void a_version_is_read_by_the_id_that_has_its_number() {
    assertThat(get("data/db?version=4").status()).isEqualTo(200);
    assertThat(get("data/db?version=4&refreshNow=true").status()).isEqualTo(200);
    assertThat(agent.secrets.requests("db"))
        .filteredOn(request -> request.query().equals(Secrets.byId("db", "x")))
        .extracting(request -> request.mode())
        .containsExactly(ReadMode.CACHED, ReadMode.REFRESH_NOW);
    assertThat(agent.versions.asked()).containsExactly(new SecretName("db"), new SecretName("db"));
  }

  @Test
  void a_number_that_no_version_has_is_not_found() {
    assertError(get("data/db?version=5"), 404, "no such version");
    assertError(get("data/db?version=999999999999"), 404, "no such version");
    list(new VersionListing.Denied(versions()));
    assertError(get("data/db?version=5"), 404, "kms:ListSecretVersionIds");
    assertThat(get("data/db?version=7").status()).isEqualTo(200);
  }

  @Test
  void while_kms_is_down_only_known_versions_are_served() {
    list(new VersionListing.Failed(versions(), Secrets.unreachable()));
    assertError(get("data/db?version=5"), 502, "UpstreamUnavailable");
    assertThat(get("data/db?version=4").status()).isEqualTo(200);
    assertThat(get("metadata/db").status()).isEqualTo(200);
  }

  @Test
  void a_request_is_answered_by_its_deadline() {
    try (var quick = TestAgent.ofVault("RequestTimeoutSeconds = 1")) {
      quick.secrets.answer("db", CompletableFuture::new);
      assertError(quick.get("/v1/secret/metadata/db"), 504, "UpstreamTimeout");
    }
  }

  @Test
  void a_bug_in_between_is_no_more_than_a_failure() {
    agent.versions.answer(CompletableFuture.failedStage(new IllegalStateException("secret")));
    assertError(get("metadata/db"), 500, "InternalFailure");
  }

  @Test
  void an_engine_of_version_1_has_the_fields_in_its_data_and_no_metadata() {
    try (var old =
        TestAgent.ofVault("VaultKvVersion = 1\nVaultLeaseSeconds = 60\nListSecrets = [\"a/b\"]")) {
      old.hold(Secrets.text("db", "y", "{\"user\":\"u\"}"));
      old.hold(Secrets.text("metadata/db", "y", "text"));
      var body = old.get("/v1/secret/db").json();
      assertThat(body.getAsJsonObject("data").toString()).isEqualTo("{\"user\":\"u\"}");
      assertThat(body.get("lease_duration").getAsInt()).isEqualTo(60);
      assertThat(old.get("/v1/secret/metadata/db").json().get("data").toString())
          .isEqualTo("{\"value\":\"text\"}");
      assertThat(old.get("/v1/secret?list=true").body()).contains("\"keys\":[\"a/\"]");
      assertThat(old.get("/v1/secret/a?list=true").body()).contains("\"keys\":[\"b\"]");
      assertThat(old.get("/v1/sys/mounts").body()).contains("\"version\":\"1\"");
    }
  }

  @Test
  void a_secret_without_a_date_has_one_all_the_same() {
    var undated = Secrets.text("undated", "y", "text");
    agent.hold(
        new Secret(
            undated.name(),
            undated.version(),
            undated.stages(),
            undated.dataType(),
            undated.value(),
            Map.of()));
    var metadata = get("data/undated").json().getAsJsonObject("data").getAsJsonObject("metadata");
    assertThat(metadata.get("created_time").getAsString()).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(metadata.get("version").getAsInt()).isEqualTo(7);
  }
}
