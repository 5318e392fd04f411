package dev.kmsagent.adapters.kms;

import dev.kmsagent.testkit.LoopbackServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP proxy that knows CONNECT alone, and that leads to one port of this machine whatever host
 * it is asked for. It keeps the heads of the requests it got.
 */
final class Tunnel implements AutoCloseable {
  private static final String END_OF_HEAD = "\r\n\r\n";

  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final int target;
  private final String login;
  private final LoopbackServer server;

  /** Wants {@code login} in {@code Proxy-Authorization}, unless it is empty. */
  Tunnel(int target, String login) {
    this.target = target;
    this.login = login;
    this.server = new LoopbackServer(this::serve);
  }

  int port() {
    return server.port();
  }

  /** The heads of all requests so far. */
  List<String> heads() {
    return List.copyOf(heads);
  }

  private void serve(Socket client) throws IOException {
    var head = readHead(client.getInputStream());
    heads.add(head);
    if (!head.contains(login)) {
      answer(client, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"t\"");
      return;
    }
    try (var there = new Socket(InetAddress.getLoopbackAddress(), target)) {
      answer(client, "200 Connected");
      Thread.startVirtualThread(() -> copy(client, there));
      copy(there, client);
    }
  }

  private static void answer(Socket client, String status) throws IOException {
    var head = "HTTP/1.1 " + status + "\r\nContent-Length: 0" + END_OF_HEAD;
    client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
  }

  private static String readHead(InputStream in) throws IOException {
    var head = new StringBuilder();
    for (var next = in.read(); next >= 0; next = in.read()) {
      head.append((char) next);
      if (head.indexOf(END_OF_HEAD) > 0) {
        break;
      }
    }
    return head.toString();
  }

  private static void copy(Socket from, Socket to) {
    try (OutputStream out = to.getOutputStream()) {
      from.getInputStream().transferTo(out);
    } catch (IOException closed) {
      // One side hung up: that ends the tunnel.
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
