package dev.kmsagent.adapters.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** Puts header fields and bodies into memory, as they go over the wire. */
final class ByteSink implements ReplySink {
  private final ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);

  @Override
  public void send(Reply reply, String requestId) {
    reply.eachHeader(requestId, this::put);
    bytes.put(reply.body());
  }

  private void put(HttpField field) {
    if (field instanceof PreEncodedHttpField encoded) {
      encoded.putTo(bytes, HttpVersion.HTTP_1_1);
    } else {
      put(field.getName());
      put(": ");
      put(field.getValue());
      put("\r\n");
    }
  }

  private void put(String text) {
    bytes.put(text.getBytes(ISO_8859_1));
  }

  void clear() {
    bytes.clear();
  }

  int size() {
    return bytes.position();
  }
}
