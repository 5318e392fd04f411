package dev.kmsagent.emulator.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** The shapes that several answers share. */
final class Json {
  private Json() {}

  /** A list the way the RPC gateway writes it: an object round an array. */
  static JsonObject nested(String name, Iterable<? extends JsonElement> elements) {
    var array = new JsonArray();
    elements.forEach(array::add);
    var object = new JsonObject();
    object.add(name, array);
    return object;
  }

  /** The stages of a version. */
  static JsonObject stages(List<String> stages) {
    var array = new JsonArray();
    stages.forEach(array::add);
    return nested("VersionStage", array);
  }

  /** Tags in the order of their keys. */
  static JsonObject tags(Map<String, String> tags) {
    return nested("Tag", tags.entrySet().stream().map(Json::tag).toList());
  }

  private static JsonObject tag(Map.Entry<String, String> tag) {
    var json = new JsonObject();
    json.addProperty("TagKey", tag.getKey());
    json.addProperty("TagValue", tag.getValue());
    return json;
  }

  /** What both a description and a listing say of a secret. */
  static JsonObject summary(Secret secret, boolean withTags) {
    var json = new JsonObject();
    json.addProperty("SecretName", secret.name());
    json.addProperty("SecretType", "Generic");
    json.addProperty("CreateTime", time(secret.created()));
    json.addProperty("UpdateTime", time(secret.updated()));
    secret.deletion().ifPresent(moment -> json.addProperty("PlannedDeleteTime", time(moment)));
    if (withTags) {
      json.add("Tags", tags(secret.profile().sortedTags()));
    }
    return json;
  }

  /** A field that is left out when it is empty. */
  static void addIfKnown(JsonObject json, String name, String value) {
    if (!value.isEmpty()) {
      json.addProperty(name, value);
    }
  }

  /** UTC to the second. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
