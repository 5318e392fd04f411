package dev.kmsagent.adapters.kms.transport;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads JSON strictly (RFC 8259). No error quotes the text, which can hold a secret. */
public final class StrictJson {
  private StrictJson() {}

  /** The object that {@code body} is; empty where it is anything else. */
  public static Optional<JsonObject> object(byte[] body) {
    try {
      return Optional.of(parse(body))
          .filter(JsonElement::isJsonObject)
          .map(JsonElement::getAsJsonObject);
    } catch (IOException | JsonParseException notJson) {
      return Optional.empty();
    }
  }

  /** Decodes while it reads, so that no text of the whole body is made. */
  private static JsonElement parse(byte[] body) throws IOException {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var reader = new JsonReader(new InputStreamReader(new ByteArrayInputStream(body), decoder));
    reader.setStrictness(Strictness.STRICT);
    var element = JsonParser.parseReader(reader);
    if (reader.peek() != JsonToken.END_DOCUMENT) {
      throw new JsonParseException("more than one value");
    }
    return element;
  }

  /** The object {@code name} of {@code outer}; empty when it is absent, null or no object. */
  public static Optional<JsonObject> object(JsonObject outer, String name) {
    return Optional.ofNullable(outer.get(name))
        .filter(JsonElement::isJsonObject)
        .map(JsonElement::getAsJsonObject);
  }

  /** The string {@code name} of {@code object}; empty when it is absent, null or no string. */
  public static Optional<String> string(JsonObject object, String name) {
    return Optional.ofNullable(object.get(name))
        .filter(StrictJson::isString)
        .map(JsonElement::getAsString);
  }

  /** Whether {@code element} is a string, and no number that could be read as one. */
  public static boolean isString(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isString();
  }
}
