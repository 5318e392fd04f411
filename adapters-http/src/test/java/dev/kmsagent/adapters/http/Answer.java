package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An answer as a client sees it; names of headers are in lower case. */
record Answer(int status, Map<String, List<String>> headers, String body) {
  /** The one value of a header; empty when there is none, or more. */
  String header(String name) {
    var values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    return values.size() == 1 ? values.getFirst() : "";
  }

  JsonObject json() {
    return JsonParser.parseString(body).getAsJsonObject();
  }

  /** The code of a failure in KMS's dialect. */
  String code() {
    return json().get("Code").getAsString();
  }

  String message() {
    return json().get("Message").getAsString();
  }

  void assertMessage(int expectedStatus, String text) {
    assertThat(status).as(body).isEqualTo(expectedStatus);
    assertThat(body).contains(text);
  }

  /** Asserts that it is a failure in Vault's dialect, with this text. */
  void assertVaultError(int expectedStatus, String text) {
    assertMessage(expectedStatus, text);
    assertThat(header("Content-Type")).isEqualTo("application/json");
    assertThat(json().keySet()).containsExactly("errors");
  }
}
