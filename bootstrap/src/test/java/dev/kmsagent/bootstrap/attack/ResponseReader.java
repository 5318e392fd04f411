package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/** Reads HTTP responses, which state their length, from one connection. Not thread-safe. */
public final class ResponseReader {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: (\\d+)\r\n");

  private final InputStream in;

  public ResponseReader(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /** The connection ended before the first byte of a response. */
  public static final class ClosedBefore extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** The next response, head and body. */
  public String read() throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      var next = in.read();
      if (next < 0) {
        throw head.isEmpty() ? new ClosedBefore() : new EOFException(head.toString());
      }
      head.append((char) next);
    }
    var length = LENGTH.matcher(head);
    if (!length.find()) {
      throw new IOException("no length: " + head);
    }
    var expected = Integer.parseInt(length.group(1));
    var body = in.readNBytes(expected);
    if (body.length < expected) {
      throw new EOFException(head.toString());
    }
    return head + new String(body, ISO_8859_1);
  }
}
