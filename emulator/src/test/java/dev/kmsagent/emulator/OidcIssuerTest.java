package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The issuer of tokens, as clusters publish what verifies them. */
final class OidcIssuerTest {
  private KmsEmulator emulator;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().oidc().start();
  }

  @AfterEach
  void stop() throws IOException {
    emulator.close();
  }

  @Test
  void the_document_names_the_issuer_of_the_tokens_and_its_keys() throws Exception {
    var document = json(emulator.oidc().issuer() + "/.well-known/openid-configuration");
    assertThat(emulator.oidc().issuer())
        .isEqualTo("http://" + emulator.oidcIssuer().endpoint())
        .isEqualTo(document.get("issuer").getAsString());
    assertThat(keys(document.get("jwks_uri").getAsString())).containsExactly("key-0 EC ES256");
  }

  @Test
  void a_new_key_signs_and_the_one_before_is_published_on() throws Exception {
    emulator.oidc().rotate("RS256");
    assertThat(keys(emulator.oidc().issuer() + "/openid/v1/jwks"))
        .containsExactly("key-1 RSA RS256", "key-0 EC ES256");
    assertThat(part(0)).hasToString("{\"alg\":\"RS256\",\"kid\":\"key-1\"}");
  }

  @Test
  void a_token_names_the_pod_and_the_node() {
    assertThat(part(1).get("kubernetes.io"))
        .hasToString(
            "{\"namespace\":\"shop\",\"serviceaccount\":{\"name\":\"web\"},"
                + "\"node\":{\"name\":\"node-1\"},\"pod\":{\"name\":\"web-7d\"}}");
  }

  @Test
  void another_page_is_not_found() throws Exception {
    assertThat(get(emulator.oidc().issuer() + "/other").statusCode()).isEqualTo(404);
    assertThat(emulator.oidcIssuer().calls().ofAction("Other")).isEqualTo(1);
  }

  private JsonObject part(int number) {
    var token = emulator.oidc().tokenFor("shop", "web").ofPod("web-7d", "node-1").text();
    var json = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[number]), UTF_8);
    return JsonParser.parseString(json).getAsJsonObject();
  }

  private static List<String> keys(String url) throws Exception {
    return json(url).getAsJsonArray("keys").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(key -> "%s %s %s".formatted(text(key, "kid"), text(key, "kty"), text(key, "alg")))
        .toList();
  }

  private static String text(JsonObject json, String name) {
    return json.get(name).getAsString();
  }

  private static JsonObject json(String url) throws Exception {
    return JsonParser.parseString(get(url).body()).getAsJsonObject();
  }

  private static HttpResponse<String> get(String url) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }
  }
}
