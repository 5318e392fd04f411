package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One request of each kind, through the whole program; {@code adapters-http} tests the others. */
@ExtendWith(Agents.Shared.class)
final class RequestsIT {
  private static final String TOKEN_LINE = "X-KMS-Token: " + Cloud.TOKEN;

  private final Agents agents;
  private final Cloud cloud;
  private final AgentClient client;
  private final RawHttp raw;

  RequestsIT(Agents agents) {
    this.agents = agents;
    cloud = agents.cloud();
    client = agents.answering(ResponseType.KMS).client();
    raw = new RawHttp(client.port());
  }

  @Test
  @ShowsEffectOf("Server.AllowedHosts")
  void an_allowed_host_is_served() {
    var get = "GET /v1/" + cloud.newSecret("value") + " HTTP/1.1";

    assertThat(raw.send(get, "Host: AGENT.EXAMPLE:80", TOKEN_LINE).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v1/ID, Via: 1.1 proxy, 400 InvalidParameter",
    "GET /v1/ID, Host: evil.example, 403 Forbidden.Host",
    "GET /v1/ID, X-KMS-Token: wrong, 403 Forbidden.Token",
    "POST /v1/ID, Accept: */*, 405 MethodNotAllowed",
    "GET /v2/ID, Accept: */*, 404 InvalidPath",
    "GET /v1/ID?nonsense=1, Accept: */*, 400 InvalidParameter",
    "GET /v1/ID, Content-Length: x, 400 InvalidParameter"
  })
  void a_request_that_fails_a_check_costs_no_call(String target, String header, String verdict) {
    var name = cloud.newSecret("value");
    var head = new ArrayList<>(List.of(target.replace("ID", name) + " HTTP/1.1", header));
    List.of("Host: localhost", TOKEN_LINE).stream()
        .filter(line -> !line.startsWith(header.substring(0, header.indexOf(':'))))
        .forEach(head::add);

    assertThat(raw.send(head.toArray(String[]::new)).verdict()).isEqualTo(verdict);
    assertThat(cloud.calls(name)).isZero();
  }

  /** A name that no secret can have: what KMS was asked for shows how it was read. */
  @ParameterizedTest
  @CsvSource({
    "/v1/ID/..//a%2Fb%2541+%E5%AF%86;c, ID/..//a/b%41+密;c",
    "/secretsmanager/get?secretId=ID/../a%2Fb%2541+c, ID/../a/b%41 c"
  })
  void kms_is_asked_for_the_name_decoded_once(String target, String name) {
    var unique = UUID.randomUUID().toString();

    client.get(target.replace("ID", unique));

    assertThat(cloud.calls(name.replace("ID", unique))).isOne();
  }

  @ParameterizedTest
  @CsvSource({
    "versionStage=ACSPrevious, old",
    "versionId=v2, new",
    "versionId=v1&versionStage=ACSPrevious, old",
    "refreshNow=TRUE, new"
  })
  void a_version_is_read_by_id_or_stage_or_both(String parameters, String expected) {
    var name = cloud.newSecret("old");
    cloud.emulator().secrets().put(name, "v2", "new");

    assertThat(client.get("/v1/" + name + "?" + parameters).text("SecretData")).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void a_secret_comes_in_the_format_of_the_clients(ResponseType type) {
    var text = "\"quotes\"\\\n\t 密钥 \uD83D\uDD11 </script>";

    var answer = agents.answering(type).client().secret(cloud.newSecret(text));

    assertThat(value(type, answer.json())).isEqualTo(text);
    assertThat(answer.header("cache-control")).contains("no-store");
  }

  private static String value(ResponseType type, JsonObject body) {
    return switch (type) {
      case KMS -> body.get("SecretData").getAsString();
      case AWS -> body.get("SecretString").getAsString();
      case VAULT -> {
        var data = body.getAsJsonObject("data").getAsJsonObject("data");
        yield data.get("value").getAsString();
      }
    };
  }

  @Test
  void bytes_come_as_base64() {
    var name = cloud.missingSecret();
    cloud.emulator().secrets().createBinary(name, new byte[] {0, 1, (byte) 0xfe, (byte) 0xff});

    assertThat(client.secret(name).text("SecretData")).isEqualTo("AAH+/w==");
  }

  @Test
  void the_largest_secret_comes_through_whole() {
    var largest = "密".repeat(30_720 / 3);

    assertThat(client.secret(cloud.newSecret(largest)).text("SecretData")).isEqualTo(largest);
  }
}
