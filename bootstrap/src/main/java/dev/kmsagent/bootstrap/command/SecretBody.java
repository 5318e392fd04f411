package dev.kmsagent.bootstrap.command;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Dialects;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/** Reads the secret, or the error, from an answer of the agent in any of its dialects. */
final class SecretBody {
  private SecretBody() {}

  /** What an answer holds. A secret in it prints as {@code ***}. */
  sealed interface Content {
    /** A field of a JSON object. */
    default Content field(String name) {
      return new None("The secret is not a JSON object: it has no fields.");
    }

    /** A secret that is text. */
    record Text(String text) implements Content {
      @Override
      public Content field(String name) {
        return object(text)
            .map(object -> SecretBody.field(object, name))
            .orElseGet(() -> Content.super.field(name));
      }

      @Override
      public String toString() {
        return "***";
      }
    }

    /** A secret that is binary data. */
    final class Binary implements Content {
      private final byte[] bytes;

      private Binary(byte[] bytes) {
        this.bytes = bytes;
      }

      byte[] bytes() {
        return bytes.clone();
      }

      @Override
      public String toString() {
        return "***";
      }
    }

    /** No secret; {@code reason} is a sentence for people. */
    record None(String reason) implements Content {
      @Override
      public Content field(String name) {
        return this;
      }
    }
  }

  static Content read(int status, String body) {
    try {
      var answer = JsonParser.parseString(body).getAsJsonObject();
      return status == 200 ? secret(answer) : new Content.None(error(status, answer));
    } catch (RuntimeException otherForm) {
      // It is dropped since its message quotes what it cannot read.
      return new Content.None("What answered, with status " + status + ", is no agent.");
    }
  }

  private static Content secret(JsonObject answer) {
    return content(inOneOfTheDialects(dialect -> dialect.value(answer)));
  }

  private static Content content(Dialect.Value value) {
    var content = value.content().reveal();
    return switch (value.type()) {
      case TEXT -> new Content.Text(content);
      case BINARY -> new Content.Binary(Base64.getDecoder().decode(content));
    };
  }

  private static String error(int status, JsonObject answer) {
    return status + " " + inOneOfTheDialects(dialect -> dialect.problem(answer));
  }

  private static <T> T inOneOfTheDialects(Function<Dialect, Optional<T>> reading) {
    return Dialects.all().map(reading).flatMap(Optional::stream).findFirst().orElseThrow();
  }

  private static Content field(JsonObject object, String name) {
    var value = object.get(name);
    return value == null
        ? new Content.None("The secret has no field " + name + ".")
        : new Content.Text(text(value));
  }

  private static String text(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()
        ? value.getAsString()
        : value.toString();
  }

  private static Optional<JsonObject> object(String text) {
    try {
      var parsed = JsonParser.parseString(text);
      return parsed.isJsonObject() ? Optional.of(parsed.getAsJsonObject()) : Optional.empty();
    } catch (JsonParseException notJson) {
      return Optional.empty();
    }
  }
}
