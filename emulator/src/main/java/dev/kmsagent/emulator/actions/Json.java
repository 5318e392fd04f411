package dev.kmsagent.emulator.actions;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The shapes that several answers share. */
final class Json {
  private Json() {}

  /** A list the way the RPC gateway writes it: an object round an array. */
  static JsonObject nested(String name, List<String> values) {
    var array = new JsonArray();
    values.forEach(array::add);
    var object = new JsonObject();
    object.add(name, array);
    return object;
  }

  /** UTC to the second. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
