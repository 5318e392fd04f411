package dev.kmsagent.emulator.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.stream.Stream;

/** The parts of JSON that several answers share. */
final class SecretJson {
  private SecretJson() {}

  /** An answer that begins with a secret's name. */
  static JsonObject named(String secretName) {
    var json = new JsonObject();
    json.addProperty("SecretName", secretName);
    return json;
  }

  /** A list as the RPC gateway writes it: an object with an array. */
  static JsonObject nested(String name, Stream<? extends JsonElement> elements) {
    var array = new JsonArray();
    elements.forEach(array::add);
    var object = new JsonObject();
    object.add(name, array);
    return object;
  }

  /** A version without its value. */
  static JsonObject version(StoredVersion version) {
    var json = new JsonObject();
    json.addProperty("VersionId", version.id());
    json.addProperty("CreateTime", time(version.created()));
    json.add("VersionStages", stages(version));
    return json;
  }

  /** The stages of a version. */
  static JsonObject stages(StoredVersion version) {
    return nested("VersionStage", version.stages().stream().map(JsonPrimitive::new));
  }

  /** What both a description and a listing tell about a secret. */
  static JsonObject summary(StoredSecret secret, boolean withTags) {
    JsonObject json = named(secret.name());
    json.addProperty("SecretType", "Generic");
    json.addProperty("CreateTime", time(secret.created()));
    json.addProperty("UpdateTime", time(secret.updated()));
    addDeletion(json, secret);
    if (withTags) {
      json.add(
          "Tags", nested("Tag", secret.metadata().tags().entrySet().stream().map(SecretJson::tag)));
    }
    return json;
  }

  /** The time of the planned deletion, if there is one. */
  static void addDeletion(JsonObject json, StoredSecret secret) {
    secret.deletion().ifPresent(moment -> json.addProperty("PlannedDeleteTime", time(moment)));
  }

  private static JsonObject tag(Map.Entry<String, String> tag) {
    var json = new JsonObject();
    json.addProperty("TagKey", tag.getKey());
    json.addProperty("TagValue", tag.getValue());
    return json;
  }

  /** A field that is left out when it is empty. */
  static void addUnlessEmpty(JsonObject json, String name, String value) {
    if (!value.isEmpty()) {
      json.addProperty(name, value);
    }
  }

  /** UTC to the second. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
