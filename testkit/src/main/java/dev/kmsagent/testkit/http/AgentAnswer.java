package dev.kmsagent.testkit.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a client of an agent got.
 *
 * @param headers values by name in lower case
 */
public record AgentAnswer(int status, Map<String, List<String>> headers, String body) {
  public AgentAnswer {
    headers = Map.copyOf(headers);
  }

  /** The one value of a header; empty when there is none, or more. */
  public String header(String name) {
    var values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    return values.size() == 1 ? values.getFirst() : "";
  }

  public JsonObject json() {
    return JsonParser.parseString(body).getAsJsonObject();
  }

  /** A text in the JSON body. */
  public String text(String field) {
    return json().get(field).getAsString();
  }

  /** Status and, of a failure with {@code ResponseType = 0}, code: {@code 404 InvalidPath}. */
  public String verdict() {
    return status < 400 ? Integer.toString(status) : status + " " + text("Code");
  }

  /**
   * With {@code ResponseType = 0}, the value and the state of the cache, or the verdict: {@code
   * secret, hit}.
   */
  public String summary() {
    return status == 200 ? text("SecretData") + ", " + cacheStatus() : verdict();
  }

  /** {@code Cache-Status} without the name of the cache and without seconds, e.g. {@code hit}. */
  public String cacheStatus() {
    return header("Cache-Status").replace("kms-agent; ", "").replaceFirst("; ttl=-?\\d+", "");
  }

  /** A text about a dependency, of a page of readiness. */
  public String ofDependency(String name, String field) {
    var dependencies = json().getAsJsonObject("dependencies");
    return dependencies.getAsJsonObject(name).get(field).getAsString();
  }

  /** The sum over all labels that are not given, of a page of metrics; 0 if there are none. */
  public double metric(String name) {
    return body.lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  public void assertMessage(int expectedStatus, String text) {
    assertThat(status).as(body).isEqualTo(expectedStatus);
    assertThat(body).contains(text);
  }

  /** Asserts that it is a failure in Vault's dialect, with this text. */
  public void assertVaultError(int expectedStatus, String text) {
    assertMessage(expectedStatus, text);
    assertThat(header("Content-Type")).isEqualTo("application/json");
    assertThat(json().keySet()).containsExactly("errors");
  }
}
