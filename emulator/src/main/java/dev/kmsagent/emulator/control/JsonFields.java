package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The fields of a JSON object in a request; those that were read are known. For one thread. */
final class JsonFields {
  private final JsonObject object;
  private final Set<String> read = new HashSet<>();

  private JsonFields(JsonObject object) {
    this.object = object;
  }

  static Result<JsonFields> parse(String text) {
    try {
      return JsonParser.parseString(text) instanceof JsonObject object
          ? Result.done(new JsonFields(object))
          : ControlResponses.invalid("the body must be a JSON object");
    } catch (JsonParseException _) {
      return ControlResponses.invalid("the body is no JSON");
    }
  }

  /** The value changed by a step, if the object has the field; else the value as it is. */
  <T> Result<T> ifPresent(String name, T value, Function<T, Result<T>> step) {
    return object.has(name) ? step.apply(value) : Result.done(value);
  }

  /** A string of one line. */
  Result<String> text(String name) {
    return primitive(name)
        .filter(JsonPrimitive::isString)
        .map(JsonPrimitive::getAsString)
        .filter(text -> text.chars().noneMatch(Character::isISOControl))
        .map(Result::done)
        .orElseGet(() -> refused(name, "must be a string of one line"));
  }

  /** A whole number from 0 on. */
  Result<Integer> number(String name) {
    return primitive(name)
        .filter(JsonPrimitive::isNumber)
        .flatMap(JsonFields::wholeNumber)
        .filter(number -> number >= 0)
        .map(Result::done)
        .orElseGet(() -> refused(name, "must be a whole number from 0 on"));
  }

  private static Optional<Integer> wholeNumber(JsonPrimitive value) {
    try {
      return Optional.of(value.getAsBigDecimal().intValueExact());
    } catch (ArithmeticException | NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** The field {@code status}: a final HTTP status. */
  Result<Integer> status() {
    return number("status")
        .then(
            status ->
                status >= 200 && status <= 599
                    ? Result.done(status)
                    : refused("status", "must be from 200 to 599"));
  }

  /** The field {@code millis}. */
  Result<Duration> millis() {
    return number("millis").map(Duration::ofMillis);
  }

  /** The field {@code seconds}. */
  Result<Duration> seconds() {
    return number("seconds").map(Duration::ofSeconds);
  }

  /** The value, if every field has been read. */
  <T> Result<T> nothingLeft(T value) {
    var left = new TreeSet<>(object.keySet());
    left.removeAll(read);
    return left.isEmpty() ? Result.done(value) : refused(left.first(), "is not known here");
  }

  <T> Result<T> refused(String name, String problem) {
    return ControlResponses.invalid(name + " " + problem);
  }

  private Optional<JsonPrimitive> primitive(String name) {
    read.add(name);
    return object.get(name) instanceof JsonPrimitive value ? Optional.of(value) : Optional.empty();
  }
}
