package dev.kmsagent.adapters.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Collections;
import java.util.Objects;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Server;

/**
 * The routes, and what failures are answered with. Every request was admitted, and carries the
 * {@link Admission} that {@link FastPathHandler} attached.
 */
final class JavalinRoutes {
  private final StatusPages pages;
  private final SecretHandler secrets;
  private final LookupHandler lookups;
  private final ReplyFactory replies;

  JavalinRoutes(
      StatusPages pages, SecretHandler secrets, LookupHandler lookups, ReplyFactory replies) {
    this.pages = pages;
    this.secrets = secrets;
    this.lookups = lookups;
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
    config.router.javaLangErrorHandler((_, bug) -> replies.bug(bug));
    declare(config.routes);
  }

  private void declare(RoutesConfig routes) {
    for (var page : StatusPages.Page.values()) {
      routes.get(page.path(), context -> send(context, () -> pages.reply(page)));
    }
    routes.get(RequestGuard.QUERY_ROUTE, this::secret);
    routes.get("*", this::secret); // Below Server.PathPrefix: the guard compared the raw path.
    routes.exception(Exception.class, (bug, context) -> send(context, () -> replies.bug(bug)));
  }

  private void secret(Context context) {
    var ifNoneMatch = Collections.list(context.req().getHeaders("If-None-Match"));
    switch (admission(context)) {
      case Admission.ToSecret(var request) ->
          send(context, () -> secrets.reply(request, ifNoneMatch));
      case Admission.ToLookup(var lookup) ->
          send(context, () -> lookups.reply(lookup, ifNoneMatch));
      case Admission.ToBody _, Admission.ToPage _, Admission.Rejected _ ->
          throw new IllegalStateException("it is answered elsewhere");
    }
  }

  /** Makes the reply, waiting for it; the thread ends before the client has read it. */
  private void send(Context context, Supplier<Reply> reply) {
    var made = make(reply);
    context.future(() -> made.send(context.res()));
  }

  private Reply make(Supplier<Reply> reply) {
    try {
      return reply.get();
    } catch (RuntimeException | Error bug) {
      return replies.bug(bug);
    }
  }

  private static Admission admission(Context context) {
    return Objects.requireNonNull(context.attribute(Admission.ATTRIBUTE));
  }
}
