package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A connection of its own for each request, for what no HTTP client would send. */
public record RawHttp(int port) {
  private static final int PATIENCE_MILLIS = 30_000;

  /** Sends these characters, one byte each, and reads all there is until the other side closes. */
  public String exchange(String request) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a request of these lines, the last of its connection. */
  public AgentAnswer send(String... lines) {
    var head = String.join("\r\n", lines);
    return parse(exchange(head + "\r\nConnection: close\r\n\r\n"));
  }

  static AgentAnswer parse(String answer) {
    var parts = answer.split("\r\n\r\n", 2);
    var head = parts[0].split("\r\n", -1);
    return new AgentAnswer(Integer.parseInt(head[0].split(" ", 3)[1]), headers(head), parts[1]);
  }

  private static Map<String, List<String>> headers(String... head) {
    var headers = new TreeMap<String, List<String>>();
    for (int i = 1; i < head.length; i++) {
      var field = head[i].split(": ?", 2);
      headers
          .computeIfAbsent(field[0].toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(field[1]);
    }
    return headers;
  }
}
