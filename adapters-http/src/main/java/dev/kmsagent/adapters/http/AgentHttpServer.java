package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FairShares;
import dev.kmsagent.domain.port.in.AdmitCaller;
import dev.kmsagent.domain.port.in.ExposeMetrics;
import dev.kmsagent.domain.port.in.ReportHealth;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import io.javalin.Javalin;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.Request;
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

  /** Idle connections of clients must not delay the end by the whole grace. */
  private static final Duration IDLE_WHILE_STOPPING = Duration.ofSeconds(1);

  private final Server jetty = JettyTransport.server();
  private final ServerConnector main;
  private final Optional<ServerConnector> management;
  private final Optional<WaitingRequests> waiting;
  private final Javalin javalin;

  /**
   * The ports that requests are passed to.
   *
   * @param logged completes when the lines of the reads so far are written
   */
  public record Ports(
      Secrets secrets,
      ReportHealth health,
      ExposeMetrics metrics,
      AgentEvents events,
      Supplier<? extends CompletionStage<?>> logged) {}

  /** Whose secrets are served, and to whom. */
  public sealed interface Secrets {
    /** The same to everybody who shows the token in force, which may be replaced. */
    record OfOneRole(Supplier<ConfidentialText> token, RetrieveSecret retrieval)
        implements Secrets {}

    /** Those of its own role to each pod. */
    record OfEachPod(AdmitCaller pods) implements Secrets {}
  }

  /**
   * Opens no port yet.
   *
   * @param managementAddress of the management listener, if there is one
   * @param tls makes the server's side of connections with TLS, where {@code config} has TLS
   * @param processName a name that no other process has; it begins the id of every request
   */
  public AgentHttpServer(
      ServerConfig config,
      Optional<ListenAddress> managementAddress,
      Ports ports,
      Optional<Supplier<SSLEngine>> tls,
      InstantSource clock,
      String processName) {
    var replies = new ReplyFactory(config, ports.events(), clock, processName);
    var pages = new StatusPages(ports.health(), ports.metrics());
    var parser = new SecretRequestParser(Dialects.of(config)::stage);
    var vault = config.vault().map(it -> new VaultRoutes(it.mount(), ports.health(), clock));
    int maxConn = config.maxConn();
    boolean isOfMany = ports.secrets() instanceof Secrets.OfEachPod;
    var permits = permits(maxConn, isOfMany);
    var callers = callers(config.guard().headers(), ports.secrets(), permits);
    var hosts = new AllowedHosts(config.guard().allowedHosts());
    var routes = RouteTable.ofMain(pages, vault, config.pathPrefix(), parser);
    main =
        JettyTransport.listen(
            jetty,
            config.listen(),
            JettyTransport.mainBounds(
                jetty, maxConn + config.maxWaiting(), isOfMany, tls.isPresent()),
            OtherLoopback.of(config),
            tls);
    management =
        managementAddress.map(
            address ->
                JettyTransport.listen(
                    jetty,
                    address,
                    JettyTransport.managementBounds(jetty),
                    Optional.empty(),
                    Optional.empty()));
    Function<Request, AdmissionReplies> admissionReplies =
        request -> new AdmissionReplies(permits, isOfMany, Replies.to(request, replies));
    int maxWaiting = config.maxWaiting();
    waiting =
        maxWaiting == 0
            ? Optional.empty()
            : Optional.of(
                new WaitingRequests(permits(maxWaiting, isOfMany), replies, ports.logged()));
    var fastPath =
        new FastPathHandler(
            main,
            new RequestGuard(routes, hosts, callers, config.tls(), ports.events()),
            new RequestGuard(
                RouteTable.ofManagement(pages), hosts, callers, Optional.empty(), ports.events()),
            replies,
            admissionReplies,
            waiting);
    jetty.setHandler(fastPath);
    jetty.setErrorHandler(new JettyErrorHandler(replies));
    javalin = new JavalinServlet(admissionReplies).attachTo(jetty);
  }

  private static FairShares<String> permits(int number, boolean isOfMany) {
    return isOfMany ? FairShares.ofMany(number) : FairShares.ofOne(number);
  }

  /** No switch: linking one takes time at each start. */
  private static Callers callers(
      List<String> headers, Secrets secrets, FairShares<String> permits) {
    return secrets instanceof Secrets.OfOneRole(var token, var retrieval)
        ? new TokenHolders(headers, token, retrieval)
        : new PodCallers(headers, ((Secrets.OfEachPod) secrets).pods(), permits);
  }

  /** The result of starting. */
  public sealed interface Start {
    /** Every listener listens, at these ports. */
    record Listening(int port, Optional<Integer> managementPort) implements Start {}

    /** An address is in use or not permitted; {@code reason} is a sentence for people. */
    record CannotListen(String reason) implements Start {}
  }

  /** For each listener, by its name, what runs a task on the thread of its selector. */
  public Map<String, Executor> selectors() {
    var selectors = new HashMap<String, Executor>();
    selectors.put("main listener", task -> submit(main, task));
    management.ifPresent(
        connector -> selectors.put("management listener", task -> submit(connector, task)));
    return selectors;
  }

  private static void submit(ServerConnector connector, Runnable task) {
    connector
        .getSelectorManager()
        .getBeans(ManagedSelector.class)
        .forEach(selector -> selector.submit(_ -> task.run()));
  }

  /** How many requests wait for a change of their secret. */
  public int waitingRequests() {
    return waiting.map(WaitingRequests::size).orElse(0);
  }

  /** Listens at every address, or at none. */
  public Start start() {
    var refused =
        open(main, "Server.HttpPort")
            .or(() -> management.flatMap(pages -> open(pages, "Management.Port")));
    if (refused.isPresent()) {
      main.close();
      return refused.get();
    }
    javalin.start();
    return new Start.Listening(main.getLocalPort(), management.map(ServerConnector::getLocalPort));
  }

  private static Optional<Start.CannotListen> open(ServerConnector connector, String key) {
    try {
      connector.open();
      return Optional.empty();
    } catch (IOException taken) {
      var address = connector.getHost() + ':' + connector.getPort();
      return Optional.of(
          new Start.CannotListen(
              "cannot listen on %s (%s): %s".formatted(address, key, taken.getMessage())));
    }
  }

  /**
   * Stops, and waits for the end or an interruption. First, requests that wait for a change are
   * woken. Then no connection is accepted. On those that are open, requests are answered as before,
   * each as the last one of its connection, and a connection without a request for a second is
   * closed. What is left after {@code grace} is cut off.
   */
  public void stop(Duration grace) {
    stop(grace, IDLE_WHILE_STOPPING);
  }

  /** Stops; meanwhile a connection without a request for {@code idle} is closed. */
  void stop(Duration grace, Duration idle) {
    waiting.ifPresent(WaitingRequests::stop);
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
