package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.testkit.LoopbackServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on loopback that answers each command with the same text, unless it has another one for
 * it: at first it accepts the set-up of a connection. Thread-safe.
 */
final class LyingServer implements AutoCloseable {
  private final LoopbackServer server = new LoopbackServer(this::serve);
  private final Map<String, String> answers =
      new ConcurrentHashMap<>(Map.of("CLIENT", "+OK\r\n", "HELLO", "*2\r\n$5\r\nproto\r\n:2\r\n"));
  private final AtomicInteger lookUps = new AtomicInteger();
  private volatile String answer;

  LyingServer(String answer) {
    this.answer = answer;
  }

  int port() {
    return server.port();
  }

  void answer(String text) {
    answer = text;
  }

  /** Answers the set-up of connections in the same way. */
  void lieFromTheStart() {
    answers.clear();
  }

  /** Names the only node of a cluster, by its port, and answers pings. */
  void nameNode(int port) {
    answers.put("CLUSTER", "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n+127.0.0.1\r\n:" + port + "\r\n");
    answers.put("PING", "+PONG\r\n");
  }

  /** Does not say any more what the nodes are. */
  void nameNone() {
    answers.put("CLUSTER", "-ERR no\r\n");
  }

  /** Is a sentinel that has itself for the primary, and announces another in the given words. */
  void announce(String primary) {
    answers.put("SENTINEL", "*2\r\n$9\r\n127.0.0.1\r\n$5\r\n%05d\r\n".formatted(port()));
    answers.put(
        "SUBSCRIBE",
        "*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n"
            + "*3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$%d\r\n%s\r\n"
                .formatted(primary.length(), primary));
  }

  /** How often it was asked for the nodes of a cluster, or for announcements. */
  int lookUps() {
    return lookUps.get();
  }

  /** The open connections. */
  int connections() {
    return server.connections();
  }

  private void serve(Socket connection) throws IOException {
    var in = connection.getInputStream();
    for (var command = command(in); !command.isEmpty(); command = command(in)) {
      connection.getOutputStream().write(answerTo(command).getBytes(ISO_8859_1));
    }
  }

  private String answerTo(String command) {
    if (command.equals("CLUSTER") || command.equals("SUBSCRIBE")) {
      lookUps.incrementAndGet();
    }
    return answers.getOrDefault(command, answer);
  }

  /** The first word of a command; empty at the end. */
  private static String command(InputStream in) throws IOException {
    var header = line(in);
    var words = new ArrayList<String>();
    for (var left = header.isEmpty() ? 0 : Integer.parseInt(header.substring(1));
        left > 0;
        left--) {
      var length = Integer.parseInt(line(in).substring(1));
      words.add(new String(in.readNBytes(length), ISO_8859_1));
      line(in);
    }
    return words.isEmpty() ? "" : words.getFirst();
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() {
    server.close();
  }
}
