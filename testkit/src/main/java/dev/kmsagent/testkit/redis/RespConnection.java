package dev.kmsagent.testkit.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.testkit.Patience;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/**
 * Enough of Redis's protocol (RESP2) for a test to look at a server without the agent's client. A
 * read that gets no answer fails after {@link Patience#limit()}.
 */
final class RespConnection implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;

  RespConnection(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) Patience.limit().toMillis());
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /**
   * Sends words and gives the answer, lists one item a line; all of them byte for byte as Latin-1,
   * so that bytes of any kind may be sent, and sent back as they came.
   */
  String call(String... words) throws IOException {
    var command = new StringBuilder("*" + words.length + "\r\n");
    for (var word : words) {
      command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    socket.getOutputStream().write(command.toString().getBytes(ISO_8859_1));
    return read();
  }

  private String read() throws IOException {
    var line = line();
    return switch (line.charAt(0)) {
      case '+', ':' -> line.substring(1);
      case '$' -> text(Integer.parseInt(line.substring(1)));
      case '*' -> list(Integer.parseInt(line.substring(1)));
      default -> line;
    };
  }

  private String text(int length) throws IOException {
    if (length < 0) {
      return "";
    }
    var bytes = in.readNBytes(length);
    in.skipNBytes(2);
    return new String(bytes, ISO_8859_1);
  }

  private String list(int length) throws IOException {
    var items = new String[Math.max(0, length)];
    for (var i = 0; i < items.length; i++) {
      items[i] = read();
    }
    return String.join("\n", items);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (var c = in.readByte(); c != '\r'; c = in.readByte()) {
      line.append((char) c);
    }
    in.skipNBytes(1);
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
