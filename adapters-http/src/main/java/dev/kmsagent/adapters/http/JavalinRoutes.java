package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.domain.FairShares;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * The routes, and what failures are answered with. Every request was admitted, and carries the
 * {@link Admission} that {@link FastPathHandler} attached.
 */
record JavalinRoutes(
    StatusPages pages,
    FairShares<String> permits,
    Function<Request, String> groups,
    ReplyFactory replies) {
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
    // One handler for every method: Javalin takes the method from a header if there is one.
    config.routes.before(this::answer);
  }

  /** Makes the reply, waiting for it; the thread ends before the client has read it. */
  private void answer(Context context) {
    var request = ServletContextRequest.getServletContextRequest(context.req());
    var own = replies.to(request);
    Reply made;
    try {
      made = reply(request, own);
    } catch (RuntimeException | Error bug) {
      made = own.bug(bug);
    }
    send(made, context.skipRemainingHandlers());
  }

  private Reply reply(Request request, ReplyFactory own) {
    var carried = request.getAttribute(Admission.ATTRIBUTE);
    var admission = carried instanceof Admission.Later(var later) ? later.get() : carried;
    var secrets = new SecretHandler(permits, groups, own, request);
    if (admission instanceof Admission.ToSecret(var wanted, var from)) {
      return secrets.secret(wanted, from);
    }
    if (admission instanceof Admission.ToVersion(var wanted, var number, var from)) {
      return secrets.version(wanted, number, from);
    }
    if (admission instanceof Admission.ToMetadata(var wanted, var from)) {
      return secrets.metadata(wanted, from);
    }
    return admission instanceof Admission.ToPage(var page)
        ? pages.reply(page)
        : own.known((Admission) Objects.requireNonNull(admission), request).orElseThrow();
  }

  /** Sends it through Jetty's core, as the fast path does. A client that is gone is no failure. */
  private static void send(Reply reply, Context context) {
    var sent = new CompletableFuture<@Nullable Void>();
    context.res().setContentType(null);
    context.future(
        () -> {
          reply.send(
              ServletContextResponse.getServletContextResponse(context.res()),
              Callback.from(InvocationType.NON_BLOCKING, () -> sent.complete(null)));
          return sent;
        });
  }
}
