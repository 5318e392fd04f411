package dev.kmsagent.adapters.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Objects;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes, the guard before them, and what failures are answered with. Every request carries the
 * {@link Admission} that {@link FastPathHandler} attached.
 */
final class JavalinRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(JavalinRoutes.class);

  private final StatusPages pages;
  private final SecretHandler secrets;
  private final ReplyFactory replies;

  JavalinRoutes(StatusPages pages, SecretHandler secrets, ReplyFactory replies) {
    this.pages = pages;
    this.secrets = secrets;
    this.replies = replies;
  }

  /** Makes Javalin the last handler of {@code jetty}, which it starts with. */
  Javalin attachTo(Server jetty) {
    return Javalin.create(config -> configure(config, jetty));
  }

  private void configure(JavalinConfig config, Server jetty) {
    config.unsafe.jettyInternal.server = jetty;
    config.jetty.modifyServletContextHandler(
        context -> context.setErrorHandler(jetty.getErrorHandler()));
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.router.ignoreTrailingSlashes = false;
    config.router.javaLangErrorHandler((response, bug) -> sendBug(bug, response));
    declare(config.routes);
  }

  private void declare(RoutesConfig routes) {
    routes.before(this::rejectUnlessAdmitted);
    for (var page : StatusPages.Page.values()) {
      routes.get(page.path(), context -> pages.reply(page).send(context.res()));
    }
    routes.get(RequestGuard.QUERY_ROUTE, this::secret);
    routes.get("*", this::secret); // Below Server.PathPrefix: the guard compared the raw path.
    routes.exception(IOException.class, (gone, _) -> logClientGone(gone));
    routes.exception(Exception.class, (bug, context) -> sendBug(bug, context.res()));
  }

  private void rejectUnlessAdmitted(Context context) throws IOException {
    if (admission(context) instanceof Admission.Rejected(var failure)) {
      replies.rejection(failure).send(context.res());
      context.skipRemainingHandlers();
    }
  }

  private void secret(Context context) throws IOException {
    var admitted = (Admission.ToSecret) admission(context);
    var ifNoneMatch = Collections.list(context.req().getHeaders("If-None-Match"));
    secrets.reply(admitted.request(), ifNoneMatch).send(context.res());
  }

  private void sendBug(Throwable bug, HttpServletResponse response) {
    var reply = replies.bug(bug);
    try {
      if (!response.isCommitted()) {
        reply.send(response);
      }
    } catch (IOException gone) {
      logClientGone(gone);
    }
  }

  private static void logClientGone(IOException gone) {
    LOG.atDebug().addKeyValue("error", gone.getClass().getName()).log("client_gone");
  }

  private static Admission admission(Context context) {
    return Objects.requireNonNull(context.attribute(Admission.ATTRIBUTE));
  }
}
