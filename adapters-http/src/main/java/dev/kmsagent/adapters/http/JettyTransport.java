package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.HttpSettings.Address;
import java.util.EnumSet;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty as the agent needs it: small, silent about itself, and leaving request targets alone. */
final class JettyTransport {
  /** Acceptors and selectors of two listeners, and a few to spare: what waits runs elsewhere. */
  private static final int MAX_PLATFORM_THREADS = 8;

  /** The cache would spare little, and cost each connection a hundred kilobytes. */
  private static final int NO_HEADER_CACHE = 0;

  /** What the agent judges by itself, with an answer that says what is wrong. */
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

  /**
   * The way of a request, from the outside in: hits are answered on the selector's thread, also
   * while the server stops; what comes after them is finished before it has stopped, and runs on
   * virtual threads, in whatever handler is added behind.
   */
  static Handler handlers(Listeners listeners) {
    var virtual = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http").factory());
    return new HitHandler(listeners, new GracefulHandler(new DispatchHandler(virtual)));
  }

  /** Adds a listener to {@code server}. */
  static ServerConnector listen(Server server, Address address) {
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
    connector.setHost(address.host());
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
