package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ControlApiTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final KmsEmulator emulator = running.emulator();

  @BeforeEach
  void a_secret() {
    emulator.secrets().create("app/a", "s3cret");
  }

  @Nested
  class Faults {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"fault\":\"latency\",\"millis\":5}",
          "{\"fault\":\"hang\"}",
          "{\"fault\":\"drip\",\"millis\":5}",
          "{\"fault\":\"reset\"}",
          "{\"fault\":\"truncated\",\"bytes\":10}",
          "{\"fault\":\"failure\",\"status\":503,\"code\":\"ServiceUnavailableTemporary\"}",
          "{\"fault\":\"html\",\"status\":502}",
          "{\"fault\":\"empty\",\"status\":200}",
          "{\"fault\":\"redirect\",\"location\":\"http://127.0.0.1:1/\"}",
          "{\"fault\":\"malformed\"}",
          "{\"fault\":\"incomplete\",\"field\":\"VersionId\"}",
          "{\"fault\":\"wrong-types\"}",
          "{\"fault\":\"oversized\",\"bytes\":2000000}"
        })
    void every_fault_is_shown_as_it_was_sent(String fault)
        throws IOException, InterruptedException {
      HttpResponse<String> response = post("/faults", fault);
      assertThat(response.statusCode()).isEqualTo(201);
      JsonObject shown =
          json(send("GET", "/faults")).getAsJsonArray("faults").get(0).getAsJsonObject();
      assertThat(json(response)).isEqualTo(shown);
      assertThat(shown.remove("number").getAsLong()).isEqualTo(1);
      assertThat(shown).hasToString(fault);
    }

    @Test
    void throttled_is_the_error_of_kms_above_its_quota() throws IOException, InterruptedException {
      post("/faults", "{\"fault\":\"throttled\"}");
      assertThat(emulator.faults().active().getFirst().rule())
          .isEqualTo(FaultRule.of(Fault.throttled()));
    }

    @Test
    void scope_and_end_are_as_sent() throws IOException, InterruptedException {
      post(
          "/faults",
          """
          {"fault": "hang", "secret": "app/a", "action": "GetSecretValue", "times": 3, "seconds": 60}
          """);
      assertThat(emulator.faults().active().getFirst().rule())
          .isEqualTo(
              FaultRule.of(new Fault.Hang())
                  .onSecret("app/a")
                  .onAction("GetSecretValue")
                  .times(3)
                  .lasting(Duration.ofSeconds(60)));
      JsonObject shown =
          json(send("GET", "/faults")).getAsJsonArray("faults").get(0).getAsJsonObject();
      assertThat(shown.get("callsLeft").getAsInt()).isEqualTo(3);
      assertThat(shown.get("ends").getAsString()).isEqualTo("2026-11-24T12:01:00Z");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "no json",
          "[]",
          "{}",
          "{\"fault\":\"earthquake\"}",
          "{\"fault\":7}",
          "{\"fault\":\"latency\"}",
          "{\"fault\":\"latency\",\"millis\":\"5\"}",
          "{\"fault\":\"latency\",\"millis\":-1}",
          "{\"fault\":\"latency\",\"millis\":0.5}",
          "{\"fault\":\"latency\",\"millis\":1e12}",
          "{\"fault\":\"html\",\"status\":199}",
          "{\"fault\":\"html\",\"status\":600}",
          "{\"fault\":\"redirect\",\"location\":\"http://a\\r\\nX: y\"}",
          "{\"fault\":\"hang\",\"times\":\"two\"}",
          "{\"fault\":\"hang\",\"tmies\":2}"
        })
    void an_invalid_fault_is_refused(String body) throws IOException, InterruptedException {
      HttpResponse<String> response = post("/faults", body);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("InvalidParameter");
      assertThat(emulator.faults().active()).isEmpty();
    }

    @Test
    void a_number_out_of_range_is_refused_as_such() throws IOException, InterruptedException {
      HttpResponse<String> response = post("/faults", "{\"fault\":\"latency\",\"millis\":1e99999}");
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(json(response).get("Message").getAsString())
          .isEqualTo("millis must be a whole number from 0 on");
    }

    @Test
    void one_can_be_cleared_and_all() throws IOException, InterruptedException {
      post("/faults", "{\"fault\":\"hang\"}");
      post("/faults", "{\"fault\":\"reset\"}");
      post("/faults", "{\"fault\":\"malformed\"}");
      assertThat(send("DELETE", "/faults?number=2").statusCode()).isEqualTo(204);
      assertThat(emulator.faults().active()).extracting("number").containsExactly(1L, 3L);
      assertThat(send("DELETE", "/faults?number=x").statusCode()).isEqualTo(400);
      assertThat(send("DELETE", "/faults").statusCode()).isEqualTo(204);
      assertThat(emulator.faults().active()).isEmpty();
    }
  }

  @Nested
  class Calls {
    @Test
    void are_counted_and_listed() throws IOException, InterruptedException {
      running.read("app/a");
      emulator.faults().add(Fault.throttled());
      running.read("app/a");
      running.send(running.request("ListSecrets").by("ak", "wrong"));
      JsonObject calls = json(send("GET", "/calls"));
      assertThat(calls.get("total").getAsInt()).isEqualTo(3);
      assertThat(calls.get("actions")).hasToString("{\"GetSecretValue\":2,\"ListSecrets\":1}");
      assertThat(calls.getAsJsonObject("secrets").get("app/a").getAsInt()).isEqualTo(2);
      assertThat(calls.getAsJsonArray("latest").asList())
          .extracting(call -> call.getAsJsonObject().get("outcome").getAsString())
          .containsExactly("served", "faulted", "refused");
    }

    @Test
    void start_from_zero_again() throws IOException, InterruptedException {
      running.read("app/a");
      send("DELETE", "/calls");
      assertThat(json(send("GET", "/calls")).get("total").getAsInt()).isZero();
    }

    @Test
    void do_not_include_those_to_the_control_api() throws IOException, InterruptedException {
      send("GET", "/calls");
      assertThat(emulator.calls().total()).isZero();
    }
  }

  @Nested
  class Secrets {
    @Test
    void are_listed_without_values() throws IOException, InterruptedException {
      HttpResponse<String> response = send("GET", "/secrets");
      assertThat(json(response))
          .hasToString("{\"secrets\":[{\"name\":\"app/a\",\"current\":\"v1\",\"denied\":false}]}");
    }

    @Test
    void a_rotation_is_seen_by_the_next_reader() throws IOException, InterruptedException {
      assertThat(json(post("/rotate?name=app/a", "")).get("current").getAsString()).isEqualTo("v2");
      JsonObject read = json(running.read("app/a"));
      assertThat(read.get("VersionId").getAsString()).isEqualTo("v2");
      assertThat(read.get("SecretData").getAsString()).isEqualTo("s3cret#2");
    }

    @Test
    void can_be_denied_allowed_deleted_and_restored() throws IOException, InterruptedException {
      post("/deny?name=app/a", "");
      assertThat(running.read("app/a").statusCode()).isEqualTo(403);
      post("/allow?name=app/a", "");
      assertThat(running.read("app/a").statusCode()).isEqualTo(200);
      assertThat(json(post("/delete?name=app/a", "")).get("deletion").getAsString())
          .isEqualTo("2026-12-24T12:00:00Z");
      assertThat(running.read("app/a").statusCode()).isEqualTo(409);
      post("/restore?name=app/a", "");
      assertThat(running.read("app/a").statusCode()).isEqualTo(200);
    }

    @Test
    void an_unknown_one_is_404() throws IOException, InterruptedException {
      HttpResponse<String> response = post("/rotate?name=other", "");
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(code(response)).isEqualTo("Forbidden.ResourceNotFound");
    }
  }

  @Nested
  class Access {
    @Test
    void a_page_in_a_browser_has_no_access() throws IOException, InterruptedException {
      var request =
          HttpRequest.newBuilder(uri("/faults")).header("Origin", "http://site.example").build();
      assertThat(running.send(request).statusCode()).isEqualTo(403);
    }

    @Test
    void a_name_that_resolves_to_loopback_has_no_access() throws IOException {
      try (var raw = RawConnection.to(emulator.port())) {
        raw.send("GET /_emulator/calls HTTP/1.1\r\nHost: site.example\r\n\r\n");
        assertThat(raw.line()).startsWith("HTTP/1.1 403");
      }
    }
  }

  @Test
  void it_lists_what_there_is() throws IOException, InterruptedException {
    assertThat(send("GET", "").body()).contains("/_emulator/faults");
  }

  @Test
  void an_unknown_path_says_where_the_list_is() throws IOException, InterruptedException {
    HttpResponse<String> other = send("GET", "/nothing");
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(other.body()).contains("GET /_emulator lists");
  }

  @Test
  void a_query_that_cannot_be_decoded_is_refused() throws IOException {
    try (var raw = RawConnection.to(emulator.port())) {
      raw.send("POST /_emulator/rotate?name=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(raw.line()).startsWith("HTTP/1.1 400");
    }
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return running.send(
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build());
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return running.send(
        HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.noBody()).build());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + emulator.port() + "/_emulator" + path);
  }
}
