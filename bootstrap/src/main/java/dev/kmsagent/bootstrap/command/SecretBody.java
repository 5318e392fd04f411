package dev.kmsagent.bootstrap.command;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Base64;
import java.util.Optional;

/** Reads the secret, or the error, from an answer of the agent in whatever dialect it speaks. */
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
    record Binary(Data data) implements Content {}

    /** No secret; {@code reason} is a sentence for people. */
    record None(String reason) implements Content {
      @Override
      public Content field(String name) {
        return this;
      }
    }
  }

  /** Binary data of a secret. */
  static final class Data {
    private final byte[] bytes;

    private Data(byte[] bytes) {
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
    if (answer.has("SecretData")) {
      return content(string(answer, "SecretDataType"), string(answer, "SecretData"));
    }
    if (answer.has("SecretString")) {
      return new Content.Text(string(answer, "SecretString"));
    }
    return answer.has("SecretBinary")
        ? binary(string(answer, "SecretBinary"))
        : vaultSecret(answer.getAsJsonObject("data"));
  }

  private static Content content(String dataType, String data) {
    return dataType.equals("binary") ? binary(data) : new Content.Text(data);
  }

  /** The data type is kept beside Vault's own metadata. */
  private static Content vaultSecret(JsonObject data) {
    var inKmsWords = data.getAsJsonObject("metadata").getAsJsonObject("custom_metadata");
    return content(string(inKmsWords, "SecretDataType"), vaultValue(data.getAsJsonObject("data")));
  }

  /** What is no JSON object comes as the single key {@code value}. */
  private static String vaultValue(JsonObject keys) {
    var value = keys.get("value");
    return keys.size() == 1 && value != null ? text(value) : keys.toString();
  }

  private static Content binary(String base64) {
    return new Content.Binary(new Data(Base64.getDecoder().decode(base64)));
  }

  private static String error(int status, JsonObject answer) {
    if (answer.has("errors")) {
      return "%d: %s".formatted(status, answer.getAsJsonArray("errors").get(0).getAsString());
    }
    return answer.has("Code")
        ? "%d %s: %s".formatted(status, string(answer, "Code"), string(answer, "Message"))
        : "%d %s: %s".formatted(status, string(answer, "__type"), string(answer, "message"));
  }

  private static String string(JsonObject answer, String name) {
    var value = answer.get(name);
    return value == null ? "" : value.getAsString();
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
