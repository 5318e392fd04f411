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
  void the_current_and_the_previous_version_have_numbers()
      throws IOException, InterruptedException {
    cloud.emulator().secrets().create("db", "{\"n\":1}").put("db", "v2", "{\"n\":2}");
    try (var agent = agent()) {
      assertThat(version(agent, "secret/data/db?version=2")).isEqualTo(2);
      assertThat(cloud.emulator().calls().ofAction("GetSecretValue")).isEqualTo(1);
      assertThat(version(agent, "secret/data/db?version=1")).isEqualTo(1);
      cloud.emulator().secrets().put("db", "green", "{\"n\":3}");
      int green = version(agent, "secret/data/db?refreshNow=true");
      assertThat(green).isGreaterThanOrEqualTo(1 << 30);
      assertThat(ask(agent, "GET", "secret/data/db?version=9").has("errors")).isTrue();
      var metadata = ask(agent, "GET", "secret/metadata/db").getAsJsonObject("data");
      assertThat(metadata.get("current_version").getAsInt()).isEqualTo(green);
      assertThat(metadata.getAsJsonObject("versions").size()).isEqualTo(2);
      assertThat(cloud.emulator().calls().ofAction("GetSecretValue")).isEqualTo(3);
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
}
