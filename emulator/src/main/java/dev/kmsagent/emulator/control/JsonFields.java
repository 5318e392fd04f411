package dev.kmsagent.emulator.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.emulator.protocol.Result;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a JSON object that somebody sent, and which of them have been looked at; for one
 * thread.
 */
final class JsonFields {
  private final JsonObject object;
  private final Set<String> seen = new HashSet<>();

  private JsonFields(JsonObject object) {
    this.object = object;
  }

  static Result<JsonFields> parse(String text) {
    try {
      JsonElement json = JsonParser.parseString(text);
      return json.isJsonObject()
          ? new Result.Done<>(new JsonFields(json.getAsJsonObject()))
          : ControlResponses.invalid("the body must be a JSON object");
    } catch (JsonParseException _) {
      return ControlResponses.invalid("the body is no JSON");
    }
  }

  boolean has(String name) {
    return object.has(name);
  }

  /** A string of one line. */
  Result<String> text(String name) {
    return primitive(name)
        .filter(JsonPrimitive::isString)
        .map(JsonPrimitive::getAsString)
        .filter(text -> text.chars().noneMatch(Character::isISOControl))
        .<Result<String>>map(Result.Done::new)
        .orElseGet(() -> refused(name, "must be a string of one line"));
  }

  /** A whole number from 0 on. */
  Result<Integer> number(String name) {
    return primitive(name)
        .filter(JsonPrimitive::isNumber)
        .map(JsonPrimitive::getAsBigDecimal)
        .filter(JsonFields::isCount)
        .<Result<Integer>>map(value -> new Result.Done<>(value.intValueExact()))
        .orElseGet(() -> refused(name, "must be a whole number from 0 on"));
  }

  /** A status that ends an exchange. */
  Result<Integer> status(String name) {
    return number(name)
        .then(
            number ->
                number >= 200 && number <= 599
                    ? new Result.Done<>(number)
                    : refused(name, "must be from 200 to 599"));
  }

  Result<Duration> millis(String name) {
    return number(name).map(Duration::ofMillis);
  }

  /** {@code value} itself, if every field has been looked at. */
  <T> Result<T> nothingLeft(T value) {
    var left = new TreeSet<>(object.keySet());
    left.removeAll(seen);
    return left.isEmpty() ? new Result.Done<>(value) : refused(left.first(), "is not known here");
  }

  <T> Result<T> refused(String name, String problem) {
    return ControlResponses.invalid(name + " " + problem);
  }

  private Optional<JsonPrimitive> primitive(String name) {
    seen.add(name);
    return Optional.ofNullable(object.get(name))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsJsonPrimitive);
  }

  private static boolean isCount(BigDecimal number) {
    return number.signum() >= 0
        && number.stripTrailingZeros().scale() <= 0
        && number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
  }
}
