package dev.kmsagent.deploy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.stream.StreamSupport;

/** Looks into a policy of RAM. */
final class Policy {
  private Policy() {}

  static JsonObject parse(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  static List<JsonObject> statements(JsonObject policy) {
    return policy.getAsJsonArray("Statement").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  static List<String> actions(JsonObject policy) {
    return statements(policy).stream()
        .flatMap(statement -> texts(statement.get("Action")).stream())
        .toList();
  }

  /** One text, or the texts of a list. */
  static List<String> texts(JsonElement value) {
    return value.isJsonArray()
        ? StreamSupport.stream(value.getAsJsonArray().spliterator(), false)
            .map(JsonElement::getAsString)
            .toList()
        : List.of(value.getAsString());
  }
}
