package dev.kmsagent.adapters.http.dialect;

import com.google.gson.stream.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What fills one JSON object (RFC 8259). */
@FunctionalInterface
public interface JsonBody {
  /** Writes names and values into an object that is open, and leaves it open. */
  void fill(JsonWriter json) throws IOException;

  /** The object in UTF-8. */
  default byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try (var json = new JsonWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8))) {
      json.beginObject();
      fill(json);
      json.endObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException("memory cannot fail to be written", impossible);
    }
    return bytes.toByteArray();
  }
}
