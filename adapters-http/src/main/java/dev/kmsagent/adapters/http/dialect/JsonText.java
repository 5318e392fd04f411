package dev.kmsagent.adapters.http.dialect;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;

/** Judges text that may be JSON (RFC 8259). It neither recurses nor keeps what it reads. */
final class JsonText {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private JsonText() {}

  /**
   * Whether {@code text} is one JSON object and nothing else, so that it can stand in a document as
   * it is: no number loses a digit, and no name that comes twice is lost.
   */
  static boolean isObject(String text) {
    if (text.isEmpty() || text.charAt(0) == BYTE_ORDER_MARK) {
      return false;
    }
    var reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    try {
      return reader.peek() == JsonToken.BEGIN_OBJECT && isWhole(reader);
    } catch (IOException malformed) {
      return false;
    }
  }

  private static boolean isWhole(JsonReader reader) throws IOException {
    for (var next = reader.peek(); next != JsonToken.END_DOCUMENT; next = reader.peek()) {
      pass(next, reader);
    }
    return true;
  }

  private static void pass(JsonToken next, JsonReader reader) throws IOException {
    switch (next) {
      case BEGIN_OBJECT -> reader.beginObject();
      case END_OBJECT -> reader.endObject();
      case BEGIN_ARRAY -> reader.beginArray();
      case END_ARRAY -> reader.endArray();
      case NAME -> reader.nextName();
      case STRING, NUMBER -> reader.nextString();
      case BOOLEAN -> reader.nextBoolean();
      case NULL -> reader.nextNull();
      case END_DOCUMENT -> throw new IllegalStateException("nothing comes after the end");
    }
  }
}
