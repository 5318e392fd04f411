package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a JSON object in a request; those that were read are known. An invalid one is an
 * {@link ApiException}. For one thread.
 */
final class JsonFields {
  private final JsonObject object;
  private final Set<String> read = new HashSet<>();

  private JsonFields(JsonObject object) {
    this.object = object;
  }

  static JsonFields parse(String text) {
    try {
      if (JsonParser.parseString(text) instanceof JsonObject object) {
        return new JsonFields(object);
      }
    } catch (JsonParseException _) {
      throw ControlResponses.invalid("the body is no JSON");
    }
    throw ControlResponses.invalid("the body must be a JSON object");
  }

  boolean has(String name) {
    return object.has(name);
  }

  /** A string of one line. */
  String text(String name) {
    return primitive(name)
        .filter(JsonPrimitive::isString)
        .map(JsonPrimitive::getAsString)
        .filter(text -> text.chars().noneMatch(Character::isISOControl))
        .orElseThrow(() -> refused(name, "must be a string of one line"));
  }

  /** A whole number from 0 on. */
  int number(String name) {
    return primitive(name)
        .filter(JsonPrimitive::isNumber)
        .flatMap(JsonFields::wholeNumber)
        .filter(number -> number >= 0)
        .orElseThrow(() -> refused(name, "must be a whole number from 0 on"));
  }

  private static Optional<Integer> wholeNumber(JsonPrimitive value) {
    try {
      return Optional.of(value.getAsBigDecimal().intValueExact());
    } catch (ArithmeticException | NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** The value of a secret, as in a file of secrets, but {@code json} is JSON. */
  StoredValue secret() {
    var text = primitive("text").filter(JsonPrimitive::isString).map(JsonPrimitive::getAsString);
    var base64 = primitive("binary").filter(JsonPrimitive::isString);
    var json = Optional.ofNullable(object.get("json")).filter(it -> !it.isJsonNull());
    if (object.size() > 1 || (text.isEmpty() && base64.isEmpty() && json.isEmpty())) {
      throw ControlResponses.invalid(
          "the body gives the value as {\"text\":\"..\"}, {\"json\":..} or {\"binary\":\"BASE64\"}");
    }
    return base64
        .map(it -> StoredValue.binary(Base64.getDecoder().decode(it.getAsString())))
        .orElseGet(() -> StoredValue.text(text.or(() -> json.map(Object::toString)).orElseThrow()));
  }

  /** The field {@code millis}. */
  Duration millis() {
    return Duration.ofMillis(number("millis"));
  }

  /** The field {@code seconds}. */
  Duration seconds() {
    return Duration.ofSeconds(number("seconds"));
  }

  /** Refuses an object with a field that has not been read. */
  void requireNothingLeft() {
    var left = new TreeSet<>(object.keySet());
    left.removeAll(read);
    if (!left.isEmpty()) {
      throw refused(left.first(), "is not known here");
    }
  }

  ApiException refused(String name, String problem) {
    return ControlResponses.invalid(name + " " + problem);
  }

  private Optional<JsonPrimitive> primitive(String name) {
    read.add(name);
    return object.get(name) instanceof JsonPrimitive value ? Optional.of(value) : Optional.empty();
  }
}
