package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The agent as a read-only Vault, in front of KMS. */
final class VaultMountTest {
  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void clean_up() throws IOException {
    client.close();
    cloud.close();
  }

  private WiredAgent agent(String... keys) {
    return cloud.agent(
        time,
        "Server.ResponseType = 2\nServer.VaultMount = \"secret\"\n" + String.join("\n", keys));
  }

  private JsonObject ask(WiredAgent agent, String method, String path)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + agent.client().port() + "/v1/" + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("X-Vault-Token", TestCloud.TOKEN);
    var body = client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    return JsonParser.parseString(body).getAsJsonObject();
  }

  private int version(WiredAgent agent, String path) throws IOException, InterruptedException {
    return ask(agent, "GET", path)
        .getAsJsonObject("data")
        .getAsJsonObject("metadata")
        .get("version")
        .getAsInt();
  }

  @Test
  void versions_have_numbers_over_a_rotation() throws IOException, InterruptedException {
    cloud.emulator().secrets().create("db", "{\"n\":1}").put("db", "blue", "{\"n\":2}");
    try (var agent = agent()) {
      assertThat(version(agent, "secret/data/db?version=2")).isEqualTo(2);
      assertThat(version(agent, "secret/data/db?version=1")).isEqualTo(1);
      cloud.emulator().secrets().put("db", "green", "{\"n\":3}");
      assertThat(version(agent, "secret/data/db?refreshNow=true")).isEqualTo(3);
      var metadata = ask(agent, "GET", "secret/metadata/db").getAsJsonObject("data");
      assertThat(metadata.get("current_version").getAsInt()).isEqualTo(3);
      assertThat(metadata.getAsJsonObject("versions").keySet()).containsExactly("1", "2", "3");
      assertThat(cloud.emulator().calls().ofAction("ListSecretVersionIds")).isEqualTo(1);
    }
  }

  @Test
  void probes_of_clients_do_not_call_kms() throws IOException, InterruptedException {
    try (var agent = agent()) {
      assertThat(ask(agent, "GET", "sys/seal-status").get("sealed").getAsBoolean()).isFalse();
      assertThat(ask(agent, "GET", "auth/token/lookup-self").has("data")).isTrue();
      assertThat(ask(agent, "GET", "sys/nowhere").has("errors")).isTrue();
      assertThat(cloud.emulator().calls().ofAction("GetSecretValue")).isZero();
    }
  }

  @Test
  void an_engine_of_version_1_has_leases_and_lists() throws IOException, InterruptedException {
    cloud.emulator().secrets().create("app/db", "{\"user\":\"u\"}");
    try (var agent =
        agent(
            "Server.VaultKvVersion = 1",
            "Server.VaultLeaseSeconds = 60",
            "Server.ListSecrets = [\"app/db\"]")) {
      var read = ask(agent, "GET", "secret/app/db");
      assertThat(read.getAsJsonObject("data").get("user").getAsString()).isEqualTo("u");
      assertThat(read.get("lease_duration").getAsInt()).isEqualTo(60);
      assertThat(ask(agent, "LIST", "secret/app").toString()).contains("\"keys\":[\"db\"]");
    }
  }
}
