package dev.kmsagent.bootstrap.command;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * An agent with three faults: it accepts a token with more behind it, answers 500 in place of 404,
 * and closes each connection after an answer. It passes all else on to an agent without.
 */
final class FaultyAgent implements AutoCloseable {
  private static final int LONGEST_HEAD = 1 << 16;

  private final ServerSocket listener;
  private final int agent;
  private final String token;

  FaultyAgent(int agent, String token) throws IOException {
    this.agent = agent;
    this.token = token;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        Thread.startVirtualThread(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      var head = head(new BufferedInputStream(client.getInputStream()));
      client.getOutputStream().write(answer(head).getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException gone) {
      // The client, or the agent, has closed the connection.
    }
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int next = in.read();
      if (next < 0 || head.length() > LONGEST_HEAD) {
        throw new IOException("no head");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private String answer(String head) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), agent)) {
      var accepted = head.replace(token + 'x', token);
      var request = accepted.substring(0, accepted.length() - 2) + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.replaceFirst("^HTTP/1.1 404 ", "HTTP/1.1 500 ");
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
