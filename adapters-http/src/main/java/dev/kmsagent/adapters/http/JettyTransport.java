package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.HttpSettings.Address;
import java.util.EnumSet;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty as the agent needs it: small, silent about itself, and leaving request targets alone. */
final class JettyTransport {
  /** Acceptors and selectors of two listeners, and a few to spare: requests run elsewhere. */
  private static final int MAX_PLATFORM_THREADS = 8;

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

  /** A server that handles requests on virtual threads, and finishes them before it stops. */
  static Server server() {
    var threads = new QueuedThreadPool(MAX_PLATFORM_THREADS, 1);
    threads.setName("http");
    threads.setReservedThreads(0);
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("http-"));
    var server = new Server(threads);
    server.setHandler(new GracefulHandler());
    return server;
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
    return configuration;
  }
}
