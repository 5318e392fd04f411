package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kmsagent.testkit.MeasuredPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The calls of one client, what each gave and what it should have given. */
final class Calls {
  /** Set the property to have the tables written anew. */
  private static final MeasuredPage TRIED =
      new MeasuredPage(
          Path.of("..", "docs", "internals", "clients-tried.md"),
          "clients.write",
          "./mvnw verify -pl client-tests -am -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false"
              + " -Dit.test=dev/kmsagent/clients/*IT -Dfailsafe.failIfNoSpecifiedTests=false");

  private final Map<String, String> given = new LinkedHashMap<>();
  private final Map<String, String> expected = new LinkedHashMap<>();

  /** Makes a call; what it throws is a result too, by the name of its class. */
  Calls gives(String call, Callable<?> code, Object result) {
    expected.put(call, String.valueOf(result));
    given.put(call, outcome(code));
    return this;
  }

  private static String outcome(Callable<?> code) {
    try {
      return String.valueOf(code.call());
    } catch (Exception refused) {
      return refused.getClass().getSimpleName();
    }
  }

  /**
   * Takes the lines of a script: JSON objects with {@code call}, {@code given}, {@code expected}.
   */
  static Calls of(String output) {
    var calls = new Calls();
    output
        .lines()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .forEach(
            line -> {
              var call = line.get("call").getAsString();
              calls.given.put(call, line.get("given").getAsString());
              calls.expected.put(call, line.get("expected").getAsString());
            });
    return calls;
  }

  /** Each gave what it should, and the page has them as this client's. */
  void verify(String client) throws IOException {
    assertThat(given).isNotEmpty();
    assertThat(differences()).isEmpty();
    TRIED.verify(client, table());
  }

  private String table() {
    return given.entrySet().stream()
        .map(call -> "| `" + call.getKey() + "` | `" + call.getValue() + "` |\n")
        .collect(Collectors.joining("", "\n| call | gives |\n|---|---|\n", "\n"));
  }

  private Stream<String> differences() {
    return given.keySet().stream()
        .filter(call -> !Objects.equals(given.get(call), expected.get(call)))
        .map(call -> "%s gave %s, not %s".formatted(call, given.get(call), expected.get(call)));
  }
}
