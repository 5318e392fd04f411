package dev.kmsagent.deploy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Looks into a policy of RAM. */
final class Policy {
  private Policy() {}

  /** One of {@code deploy/kubernetes/ram}. */
  static JsonObject read(String name) throws IOException {
    return parse(Files.readString(Clone.kubernetes().resolve("ram/" + name + ".json")));
  }

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

  /** The paths of its fields, without their values. */
  static Set<String> shape(JsonElement value) {
    return switch (value) {
      case JsonObject object ->
          object.entrySet().stream()
              .flatMap(field -> paths(field.getKey(), field.getValue()))
              .collect(Collectors.toSet());
      case JsonArray array ->
          array.asList().stream().flatMap(it -> paths("[]", it)).collect(Collectors.toSet());
      default -> Set.of();
    };
  }

  private static Stream<String> paths(String name, JsonElement value) {
    return Stream.concat(Stream.of(name), shape(value).stream().map(path -> name + "/" + path));
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
