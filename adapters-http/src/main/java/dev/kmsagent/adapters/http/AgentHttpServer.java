package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.token.TokenGuard;
import io.javalin.Javalin;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's HTTP server: the main listener and, where wanted, the management listener. It is
 * started once and stopped once.
 */
public final class AgentHttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(AgentHttpServer.class);

  /** Kept connections of clients must not delay the end by the whole grace. */
  private static final Duration IDLE_WHILE_STOPPING = Duration.ofSeconds(1);

  private final Server jetty = JettyTransport.server();
  private final ServerConnector main;
  private final Optional<ServerConnector> management;
  private final Javalin javalin;

  public AgentHttpServer(
      HttpSettings settings,
      Inside inside,
      Dialect dialect,
      TokenGuard guard,
      InstantSource clock) {
    var replies = new Replies(dialect, new RequestIds(settings.processName()), inside.events());
    var pages = new Pages(inside);
    var door = FrontDoor.of(settings, dialect, guard);
    var desk = new SecretDesk(inside.secrets(), clock, replies);
    main = JettyTransport.listen(jetty, settings.main());
    management = settings.management().map(address -> JettyTransport.listen(jetty, address));
    var listeners =
        new Listeners(
            main,
            new MainListener(door, pages, desk, replies, settings),
            new ManagementListener(pages, replies));
    jetty.setHandler(JettyTransport.handlers(listeners));
    jetty.setErrorHandler(new JettyErrors(replies, listeners));
    javalin = new JavalinSetup(jetty, listeners).create();
  }

  /** What came of starting. */
  public sealed interface Start {
    /** Every listener listens, at these ports. */
    record Listening(int port, Optional<Integer> managementPort) implements Start {}

    /** An address is taken, or not ours to take; {@code reason} is a sentence for people. */
    record CannotListen(String reason) implements Start {}
  }

  /** Listens at every address, or at none. */
  public Start start() {
    var refused = open(main).or(() -> management.flatMap(AgentHttpServer::open));
    if (refused.isPresent()) {
      main.close();
      return refused.get();
    }
    javalin.start();
    return new Start.Listening(main.getLocalPort(), management.map(ServerConnector::getLocalPort));
  }

  private static Optional<Start.CannotListen> open(ServerConnector connector) {
    try {
      connector.open();
      return Optional.empty();
    } catch (IOException taken) {
      var cause = taken.getCause() == null ? taken : taken.getCause();
      var address = connector.getHost() + ':' + connector.getPort();
      return Optional.of(
          new Start.CannotListen("cannot listen on " + address + ": " + cause.getMessage()));
    }
  }

  /**
   * Stops. No connection is accepted any more; what is at hand is answered on, and every other new
   * request is answered 503, while those in flight are finished for at most {@code grace}; what is
   * not finished then is cut off. A connection without a request for a second is closed. Waits for
   * the end; an interruption is the end.
   */
  public void stop(Duration grace) {
    stop(grace, IDLE_WHILE_STOPPING);
  }

  /** Stops, and closes meanwhile a connection without a request for {@code idle}. */
  void stop(Duration grace, Duration idle) {
    jetty.setStopTimeout(grace.toMillis());
    main.setShutdownIdleTimeout(idle.toMillis());
    management.ifPresent(connector -> connector.setShutdownIdleTimeout(idle.toMillis()));
    try {
      jetty.stop();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (Exception unfinished) {
      LOG.atWarn().addKeyValue("error", unfinished.getClass().getName()).log("stop_incomplete");
    }
  }
}
