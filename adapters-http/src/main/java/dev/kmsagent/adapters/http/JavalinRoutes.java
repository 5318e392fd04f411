package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
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
    RequestGuard guard,
    Callers callers,
    StatusPages pages,
    SecretHandler secrets,
    VersionHandler versions,
    ReplyFactory replies) {
  /** Many times what clients send. The answer has ten times as much at most. */
  static final int MAX_BODY_BYTES = 4096;

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
    // One handler for every method: Javalin takes the method from a header if there is one.
    config.routes.before(this::answer);
    config.routes.exception(Exception.class, (bug, context) -> send(replies.bug(bug), context));
  }

  /** Makes the reply, waiting for it; the thread ends before the client has read it. */
  private void answer(Context context) {
    var request = ServletContextRequest.getServletContextRequest(context.req());
    var own = replies.to(request);
    Reply made;
    try {
      made = reply(context, request, own);
    } catch (RuntimeException | Error bug) {
      made = own.bug(bug);
    }
    send(made, context.skipRemainingHandlers());
  }

  private Reply reply(Context context, Request coreRequest, ReplyFactory own) {
    var admission = decided(context, coreRequest);
    var ifNoneMatch = Collections.list(context.req().getHeaders("If-None-Match"));
    if (admission instanceof Admission.ToSecret(var request)) {
      var outcome = secrets.retrieve(callers.secretsOf(coreRequest), request);
      return SecretHandler.reply(own, request, outcome, ifNoneMatch);
    }
    if (admission instanceof Admission.ToVersion(var request, var number)) {
      return versions.version(callers.secretsOf(coreRequest), request, number, ifNoneMatch);
    }
    if (admission instanceof Admission.ToMetadata(var request)) {
      return versions.metadata(callers.secretsOf(coreRequest), request);
    }
    return admission instanceof Admission.ToPage(var page)
        ? pages.reply(page)
        : own.known(admission).orElseThrow();
  }

  /** What the request is admitted to, once its caller was admitted and its body was read. */
  private Admission decided(Context context, Request request) {
    Admission carried = context.attribute(Admission.ATTRIBUTE);
    var admission =
        carried instanceof Admission.ToCaller(var rejection)
            ? afterAdmission(rejection.get(), request)
            : carried;
    return admission instanceof Admission.ByBody(var decision)
        ? decide(decision, context)
        : Objects.requireNonNull(admission);
  }

  /** The guard knows the caller now, unless its access has ended meanwhile. */
  private Admission afterAdmission(Optional<Failure> rejection, Request request) {
    var admission =
        rejection.<Admission>map(Admission.Rejected::new).orElseGet(() -> guard.admit(request));
    return admission instanceof Admission.ToCaller ? Admission.UNCONFIRMED : admission;
  }

  /** Reads the body, for which the client has as long as for the head. */
  private static Admission decide(Function<String, Admission> decision, Context context) {
    try {
      var body = context.req().getInputStream().readNBytes(MAX_BODY_BYTES + 1);
      return body.length > MAX_BODY_BYTES
          ? Admission.invalid("the body is longer than " + MAX_BODY_BYTES + " bytes")
          : decision.apply(new String(body, StandardCharsets.UTF_8));
    } catch (IOException incomplete) {
      return Admission.invalid("the body is not complete");
    }
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
