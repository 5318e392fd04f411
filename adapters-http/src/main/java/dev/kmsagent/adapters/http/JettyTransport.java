package dev.kmsagent.adapters.http;

import dev.kmsagent.config.ListenAddress;
import java.util.EnumSet;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The Jetty server and its listeners: few threads, no server headers, unchanged targets. */
final class JettyTransport {
  /** Acceptors and selectors of two listeners, and a few more: what waits has virtual threads. */
  private static final int MAX_PLATFORM_THREADS = 8;

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

  /** Adds a listener to {@code server}. */
  static ServerConnector listen(Server server, ListenAddress address) {
    var connector =
        new ServerConnector(server, 1, 1, new SerialHttpConnection.Factory(configuration()));
    connector.setHost(address.address().getHostAddress());
    connector.setPort(address.port());
    server.addConnector(connector);
    return connector;
  }

  private static HttpConfiguration configuration() {
    var configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setSendXPoweredBy(false);
    configuration.setSendDateHeader(false);
    configuration.setUriCompliance(RAW_TARGETS);
    configuration.setHeaderCacheSize(NO_HEADER_CACHE);
    return configuration;
  }
}
