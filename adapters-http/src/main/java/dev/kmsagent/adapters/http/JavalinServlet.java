package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Admission;
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
 * Replies to requests on threads that may wait. Each carries the {@link Admission} that {@link
 * FastPathHandler} attached: Javalin matches no routes.
 */
record JavalinServlet(Function<Request, AdmissionReplies> admissionReplies) {
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
    var own = admissionReplies.apply(request);
    Reply made;
    try {
      var admission = (Admission) request.getAttribute(Admission.ATTRIBUTE);
      made = own.reply(Objects.requireNonNull(admission));
    } catch (RuntimeException | Error bug) {
      made = own.replies().bug(bug);
    }
    send(made, context.skipRemainingHandlers());
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
