package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.Secret;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes and reads JSON objects (RFC 8259). */
public final class Json {
  /** Of objects and arrays in one another; what is deeper is no JSON here, nor to many parsers. */
  public static final int MAX_DEPTH = 255;

  private static final char BYTE_ORDER_MARK = '\ufeff';

  /** Of an answer apart from the value, which at most doubles unless it has control characters. */
  private static final int TYPICAL_SIZE = 1024;

  /** Characters that are encoded at a time: the encoder makes an array for each call. */
  private static final int PIECE = 512;

  private Json() {}

  /** Writes the members of a JSON object. */
  @FunctionalInterface
  public interface Members {
    /** Writes names and values into an open object, and leaves it open. */
    void write(JsonWriter json) throws IOException;
  }

  /** A JSON object in UTF-8. */
  public static byte[] object(Members members) {
    return object(TYPICAL_SIZE, members);
  }

  /** A JSON object in UTF-8 that holds {@code secret}; its buffer grows only for rare texts. */
  static byte[] object(Secret secret, Members members) {
    return object(TYPICAL_SIZE + 2 * secret.value().size(), members);
  }

  private static byte[] object(int expectedSize, Members members) {
    var bytes = new ByteArrayOutputStream(expectedSize);
    var text = new OutputStreamWriter(bytes, StandardCharsets.UTF_8);
    try (var json = new JsonWriter(new BufferedWriter(text, PIECE))) {
      json.beginObject();
      members.write(json);
      json.endObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory does not fail", impossible);
    }
    return bytes.toByteArray();
  }

  /** Writes a member that is an array of texts. */
  public static void array(JsonWriter json, String name, Stream<String> texts) throws IOException {
    json.name(name).beginArray();
    for (var text : texts.toList()) {
      json.value(text);
    }
    json.endArray();
  }

  /**
   * Whether {@code text} is one JSON object and nothing else, so that it can be copied into a
   * document: no digit of a number and no repeated name is lost. Neither recurses nor keeps what it
   * reads.
   */
  static boolean isObject(String text) {
    return isObject(text, MAX_DEPTH);
  }

  /** Whether {@code text} would be such an object if it were not nested deeper than allowed. */
  public static boolean isTooDeep(String text) {
    return !isObject(text) && isObject(text, Integer.MAX_VALUE);
  }

  private static boolean isObject(String text, int maxDepth) {
    if (text.isEmpty() || text.charAt(0) == BYTE_ORDER_MARK) {
      return false;
    }
    var reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    try {
      return reader.peek() == JsonToken.BEGIN_OBJECT && isWellFormed(reader, maxDepth);
    } catch (IOException malformed) {
      return false;
    }
  }

  private static boolean isWellFormed(JsonReader reader, int maxDepth) throws IOException {
    int depth = 0;
    for (var next = reader.peek(); next != JsonToken.END_DOCUMENT; next = reader.peek()) {
      depth += next == JsonToken.BEGIN_OBJECT || next == JsonToken.BEGIN_ARRAY ? 1 : 0;
      depth -= next == JsonToken.END_OBJECT || next == JsonToken.END_ARRAY ? 1 : 0;
      if (depth > maxDepth) {
        return false;
      }
      skip(next, reader);
    }
    return true;
  }

  private static void skip(JsonToken next, JsonReader reader) throws IOException {
    switch (next) {
      case BEGIN_OBJECT -> reader.beginObject();
      case END_OBJECT -> reader.endObject();
      case BEGIN_ARRAY -> reader.beginArray();
      case END_ARRAY -> reader.endArray();
      case NAME -> reader.nextName();
      case STRING, NUMBER -> reader.nextString();
      case BOOLEAN -> reader.nextBoolean();
      case NULL -> reader.nextNull();
      case END_DOCUMENT -> throw new IllegalStateException("nothing follows the end");
    }
  }

  /** The members of a text that is one JSON object and nothing else; empty for any other text. */
  public static Optional<JsonObject> parse(String text) {
    return isObject(text)
        ? Optional.of(JsonParser.parseString(text).getAsJsonObject())
        : Optional.empty();
  }

  /**
   * A member: a string as the text that it means, a number as it is written, others as JSON. Empty
   * if there is none, or it is null; of two with this name it is the last.
   */
  public static Optional<String> text(JsonObject object, String name) {
    return Optional.ofNullable(object.get(name))
        .filter(member -> !member.isJsonNull())
        .map(member -> member.isJsonPrimitive() ? member.getAsString() : member.toString());
  }
}
