package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.domain.FairShares;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait until their secret is another than the client knows, or their time has passed.
 * They hold neither a thread nor a buffer. Nothing is read from their connections meanwhile, so a
 * client that has gone holds its permit until the end of its wait. Thread-safe.
 *
 * <p>A request that is woken is handled as one that just came. Few are handled at once, one after
 * another, and now and then they wait until the log has caught up: of ten thousand that wake
 * together none loses its audit line, or the permit that it needs to wait for KMS. One that takes
 * long delays the next by {@value #TURN_MILLIS} ms at most.
 */
final class WaitingRequests {
  /** The header of the reply to a request that has waited. */
  static final String WAITED = "Preference-Applied";

  private static final int HANDLED_AT_ONCE = 16;
  private static final int TURN_MILLIS = 100;

  /** Of this many one waits for the log, which has room for 3,000 lines. */
  private static final int HANDLED_WITHOUT_LOG = 32;

  private final FairShares<String> permits;
  private final ReplyFactory replies;
  private final Supplier<? extends CompletionStage<?>> logged;
  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
  private final Executor woken =
      Executors.newFixedThreadPool(HANDLED_AT_ONCE, Thread.ofVirtual().name("woken").factory());
  private final AtomicInteger handled = new AtomicInteger();
  private volatile boolean isStopping;

  private record Waiting(
      Request request,
      Response response,
      Callback callback,
      String group,
      Request.Handler handler) {}

  /**
   * Nothing waits yet.
   *
   * @param permits for requests that wait, by the groups of their senders
   * @param logged completes when the lines of the reads so far are written
   */
  WaitingRequests(
      FairShares<String> permits,
      ReplyFactory replies,
      Supplier<? extends CompletionStage<?>> logged) {
    this.permits = permits;
    this.replies = replies;
    this.logged = logged;
  }

  /** How many wait. */
  int size() {
    return waiting.size();
  }

  /**
   * Lets a request wait, once it is admitted and if it is for a cached secret. False: it does not
   * wait, and the caller answers it.
   *
   * @param handler of the request once it is woken, which does not block
   */
  boolean hold(
      Request request,
      Response response,
      Callback callback,
      Precondition precondition,
      Request.Handler handler) {
    var admission = request.getAttribute(Admission.ATTRIBUTE);
    if (admission instanceof Admission.Later(var admitted)) {
      admission = admitted.get();
      request.setAttribute(Admission.ATTRIBUTE, admission);
    }
    if (admission instanceof Admission.ToSecret secret && secret.request().isForCached()) {
      var group = Callers.senderOf(request).group();
      hold(new Waiting(request, response, callback, group, handler), precondition, secret);
      return true;
    }
    return false;
  }

  private void hold(Waiting held, Precondition precondition, Admission.ToSecret secret) {
    if (!permits.tryAcquire(held.group())) {
      var reply = Replies.to(held.request(), replies).rejection(Failure.TOO_MANY_WAITING);
      reply.send(held.response(), held.callback());
      return;
    }
    waiting.add(held);
    try {
      int seconds = precondition.waitSeconds();
      held.response().getHeaders().put(WAITED, "wait=" + seconds);
      var deadline = replies.clock().instant().plusSeconds(seconds);
      var known = precondition.known().iterator().next();
      var _ =
          secret
              .secrets()
              .awaitChange(secret.request().query(), known, deadline)
              .whenComplete((_, _) -> wake(held));
    } catch (RuntimeException | Error bug) {
      // It is met again when the request is handled.
      wake(held);
    }
    if (isStopping) {
      wake(held);
    }
  }

  private void wake(Waiting held) {
    if (waiting.remove(held)) {
      permits.release(held.group());
      woken.execute(() -> handle(held));
    }
  }

  private void handle(Waiting held) {
    if (isStopping) {
      held.response().getHeaders().put(HttpFields.CONNECTION_CLOSE);
    }
    var sent = new CompletableFuture<@Nullable Void>();
    var callback = Callback.from(held.callback(), () -> sent.complete(null));
    try {
      var _ = held.handler().handle(held.request(), held.response(), callback);
      var _ = sent.get(TURN_MILLIS, TimeUnit.MILLISECONDS);
      if (handled.incrementAndGet() % HANDLED_WITHOUT_LOG == 0) {
        var _ = logged.get().toCompletableFuture().get(TURN_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException next) {
      // It goes on without this thread.
    } catch (Throwable bug) {
      Response.writeError(held.request(), held.response(), callback, bug);
    }
  }

  /** Wakes all; from now on no request waits. */
  void stop() {
    isStopping = true;
    waiting.forEach(this::wake);
  }
}
