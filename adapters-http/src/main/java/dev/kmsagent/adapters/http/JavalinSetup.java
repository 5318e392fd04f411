package dev.kmsagent.adapters.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.servlet.JavalinServletContext;
import io.javalin.http.servlet.SubmitOrder;
import io.javalin.http.servlet.Task;
import java.io.IOException;
import kotlin.Unit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Javalin as the agent needs it. Its own life cycle of a request gives way to one task, since the
 * order of checks is the same for all paths and methods: Javalin would answer HEAD and unknown
 * paths before any of them.
 */
final class JavalinSetup {
  private static final Logger LOG = LoggerFactory.getLogger(JavalinSetup.class);

  private final Server jetty;
  private final Listeners listeners;

  JavalinSetup(Server jetty, Listeners listeners) {
    this.jetty = jetty;
    this.listeners = listeners;
  }

  Javalin create() {
    return Javalin.create(this::configure);
  }

  private void configure(JavalinConfig config) {
    config.unsafe.jettyInternal.server = jetty;
    config.jetty.modifyServletContextHandler(
        context -> context.setErrorHandler(jetty.getErrorHandler()));
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    var lifeCycle = config.unsafe.servletRequestLifecycle;
    lifeCycle.clear();
    lifeCycle.add(
        (submit, servlet, context, path) ->
            submit.invoke(SubmitOrder.LAST, new Task(false, () -> serve(context))));
  }

  private Unit serve(JavalinServletContext context) {
    var request = ServletContextRequest.getServletContextRequest(context.req());
    try {
      listeners.of(request).serve(new JettyHead(request), new ServletSink(context.res()));
    } catch (IOException gone) {
      LOG.atDebug().addKeyValue("error", gone.getClass().getName()).log("client_gone");
    }
    return Unit.INSTANCE;
  }
}
