package dev.kmsagent.adapters.http;

import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The Jetty server and its listeners: few threads, no server headers, unchanged targets. */
final class JettyTransport {
  /**
   * Acceptors and selectors of two listeners, handshakes, and a few more: what waits has virtual
   * threads.
   */
  private static final int MAX_PLATFORM_THREADS = 10;

  /**
   * Connections beyond {@code Server.MaxConn} and {@code Server.MaxWaiting}: for hits, probes, and
   * clients between requests.
   */
  static final int SPARE_CONNECTIONS = 200;

  /** Probes and Prometheus, many times over. */
  static final int MANAGEMENT_CONNECTIONS = 32;

  /**
   * Few: each may hold a head of 8 KiB, and a client on the same machine or network sends a head in
   * one piece.
   */
  static final int UNFINISHED_CONNECTIONS = 32;

  static final int UNFINISHED_MANAGEMENT_CONNECTIONS = 8;

  /** More than the 110 pods that a node has by default; each takes up to 36 KiB of the heap. */
  static final int UNFINISHED_TLS_CONNECTIONS = 128;

  /** Others hold a place for milliseconds, or count towards {@code Server.MaxConn}. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  /** Connections that wait in the kernel to be accepted while many arrive at once. */
  private static final int BACKLOG = 1024;

  /**
   * Bytes of replies that the kernel keeps for a client that does not read, some of it counted
   * twice; without a bound it is megabytes. It holds every reply with a secret, and the metrics.
   */
  private static final int SEND_BUFFER_BYTES = 64 * 1024;

  /** The cache would save little time, and cost each connection a hundred kilobytes. */
  private static final int NO_HEADER_CACHE = 0;

  /** Violations that the agent checks itself, with an answer that names the problem. */
  private static final UriCompliance RAW_TARGETS =
      UriCompliance.from(
          EnumSet.of(
              Violation.AMBIGUOUS_PATH_SEGMENT,
              Violation.AMBIGUOUS_EMPTY_SEGMENT,
              Violation.AMBIGUOUS_PATH_SEPARATOR,
              Violation.AMBIGUOUS_PATH_PARAMETER,
              Violation.AMBIGUOUS_PATH_ENCODING,
              Violation.SUSPICIOUS_PATH_CHARACTERS,
              Violation.ILLEGAL_PATH_CHARACTERS,
              Violation.BAD_UTF8_ENCODING));

  private JettyTransport() {}

  /** A server without listeners and handlers. */
  static Server server() {
    var threads = new QueuedThreadPool(MAX_PLATFORM_THREADS, 1);
    threads.setName("http");
    threads.setReservedThreads(0);
    return new Server(threads);
  }

  /** Bounds that an application with so many {@code requests} in flight does not reach. */
  static ConnectionBounds mainBounds(
      Server server, int requests, boolean isOfMany, boolean hasTls) {
    return new ConnectionBounds(
        requests + SPARE_CONNECTIONS,
        hasTls ? UNFINISHED_TLS_CONNECTIONS : UNFINISHED_CONNECTIONS,
        isOfMany,
        timers(server));
  }

  /** Probes and Prometheus come from other addresses than pods. */
  static ConnectionBounds managementBounds(Server server) {
    return new ConnectionBounds(
        MANAGEMENT_CONNECTIONS, UNFINISHED_MANAGEMENT_CONNECTIONS, true, timers(server));
  }

  /** The timers of the server. */
  static Scheduler timers(Server server) {
    return (delay, task) ->
        server.getScheduler().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS)::cancel;
  }

  /**
   * Adds a listener to {@code server}.
   *
   * @param tls makes the server's side of connections with TLS, which are served beside others
   */
  static ServerConnector listen(
      Server server,
      ListenAddress address,
      ConnectionBounds bounds,
      Optional<OtherLoopback> other,
      Optional<Supplier<SSLEngine>> tls) {
    var http = new SerialHttpConnection.Factory(configuration());
    var connector =
        new BoundedConnector(
            server, bounds, LONGEST_WAIT, other, protocols(http, tls, server.getThreadPool()));
    connector.setAcceptQueueSize(BACKLOG);
    connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
    connector.setHost(address.url().getHost());
    connector.setPort(address.port());
    server.addConnector(connector);
    return connector;
  }

  /** HTTP, with TLS first where there is TLS and a client begins with it. */
  static ConnectionFactory[] protocols(
      ConnectionFactory http, Optional<Supplier<SSLEngine>> tls, Executor threads) {
    if (tls.isEmpty()) {
      return new ConnectionFactory[] {http};
    }
    var handshakes = new Handshakes(threads);
    var withTls = new TlsConnection.Factory(tls.get(), http, handshakes);
    return new ConnectionFactory[] {new DetectorConnectionFactory(withTls), http};
  }

  static HttpConfiguration configuration() {
    var configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setSendXPoweredBy(false);
    configuration.setSendDateHeader(false);
    configuration.setUriCompliance(RAW_TARGETS);
    configuration.setHeaderCacheSize(NO_HEADER_CACHE);
    return configuration;
  }
}
