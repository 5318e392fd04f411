package dev.kmsagent.bootstrap.command;

import com.sun.net.httpserver.HttpExchange;
import dev.kmsagent.testkit.LoopbackHttpServer;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * A server of a few lines that answers as the agent does, for the commands that are its clients.
 */
final class FakeAgent implements AutoCloseable {
  static final String TOKEN = "the-token";

  /** What it answers, by path. */
  final Map<String, String> bodies = new ConcurrentHashMap<>();

  final Map<String, String> headers =
      new ConcurrentHashMap<>(Map.of("Content-Type", "text/plain;charset=utf-8"));

  /** So many answers are failures, with this status and body. */
  final AtomicInteger failures = new AtomicInteger();

  volatile int failure = 403;
  volatile String error = "{\"Code\":\"C\",\"Message\":\"No.\"}";

  /** With the token of each. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  private final LoopbackHttpServer server;

  FakeAgent() {
    this(Optional.empty());
  }

  /** With TLS, if this is given. */
  FakeAgent(Optional<SSLContext> tls) {
    server = LoopbackHttpServer.start(tls, this::answer);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var uri = exchange.getRequestURI();
    requests.add(uri + " " + exchange.getRequestHeaders().getFirst("X-KMS-Token"));
    headers.forEach(exchange.getResponseHeaders()::set);
    var fails = failures.getAndDecrement() > 0;
    var body = fails ? error : bodies.getOrDefault(uri.getPath(), "hunter2");
    LoopbackHttpServer.answer(exchange, fails ? failure : 200, body);
  }

  /** The environment of a command that calls it, and waits long for its answer. */
  Map<String, String> environment() {
    return Map.of(
        "KMS_TOKEN",
        TOKEN,
        "KMS_AGENT_SERVER_HTTPPORT",
        Integer.toString(server.port()),
        "KMS_AGENT_SERVER_REQUESTTIMEOUTSECONDS",
        "60");
  }

  /** What came of a command, which connects within two seconds; else it is run again. */
  CommandRun reachedBy(Supplier<CommandRun> command) {
    return Patience.see(
        () -> {
          requests.clear();
          return command.get();
        },
        run -> !run.err().contains("is it running?"));
  }

  /** The same with another variable. */
  Map<String, String> environment(String variable, String value) {
    return environment(Map.of(variable, value));
  }

  /** The same with other variables. */
  Map<String, String> environment(Map<String, String> more) {
    var environment = new HashMap<>(environment());
    environment.putAll(more);
    return environment;
  }

  @Override
  public void close() {
    server.close();
  }
}
