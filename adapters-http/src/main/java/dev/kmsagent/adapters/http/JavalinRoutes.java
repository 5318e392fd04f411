package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.domain.port.RetrieveSecret;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * The routes, and what failures are answered with. Every request was admitted, and carries the
 * {@link Admission} that {@link FastPathHandler} attached.
 */
final class JavalinRoutes {
  /** Many times what clients send. The answer has ten times as much at most. */
  static final int MAX_BODY_BYTES = 4096;

  private final Callers callers;
  private final StatusPages pages;
  private final SecretHandler secrets;
  private final VersionHandler versions;
  private final ReplyFactory replies;

  JavalinRoutes(
      Callers callers,
      StatusPages pages,
      SecretHandler secrets,
      VersionHandler versions,
      ReplyFactory replies) {
    this.callers = callers;
    this.pages = pages;
    this.secrets = secrets;
    this.versions = versions;
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
    // One handler for every method: Javalin takes the method from a header if there is one.
    config.routes.before(this::answer);
    config.routes.exception(Exception.class, (bug, context) -> send(replies.bug(bug), context));
  }

  /** Makes the reply, waiting for it; the thread ends before the client has read it. */
  private void answer(Context context) {
    Reply made;
    try {
      made = reply(context);
    } catch (RuntimeException | Error bug) {
      made = replies.bug(bug);
    }
    send(made, context.skipRemainingHandlers());
  }

  private Reply reply(Context context) {
    var admission = context.attribute(Admission.ATTRIBUTE);
    var ifNoneMatch = Collections.list(context.req().getHeaders("If-None-Match"));
    if (admission instanceof Admission.ToSecret(var request)) {
      return secrets.reply(secretsFor(context), request, ifNoneMatch);
    }
    if (admission instanceof Admission.ToVersion(var request, var number)) {
      return versions.version(secretsFor(context), request, number, ifNoneMatch);
    }
    if (admission instanceof Admission.ToMetadata(var request)) {
      return versions.metadata(secretsFor(context), request);
    }
    if (admission instanceof Admission.ToPage(var page)) {
      return pages.reply(page);
    }
    if (admission instanceof Admission.ByBody(var decision)) {
      return replies.known(decide(decision, context)).orElseThrow();
    }
    throw new IllegalStateException("it is answered elsewhere");
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

  private RetrieveSecret secretsFor(Context context) {
    return callers.secretsOf(ServletContextRequest.getServletContextRequest(context.req()));
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
