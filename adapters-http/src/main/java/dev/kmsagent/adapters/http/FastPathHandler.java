package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Admission;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;

/**
 * Admits each request, replies to it at once if the cache can answer without waiting, and otherwise
 * passes it on with its {@link Admission}.
 *
 * <p>It runs on the thread that read the request, usually the selector's, which serves all
 * connections: it never blocks. A client that pipelines requests keeps that thread to itself, so
 * after {@value #PIPELINED_REQUESTS} of them the next is passed on, and the connection with it.
 */
final class FastPathHandler extends Handler.Wrapper {
  /** Some three tenths of a millisecond of replies. */
  static final int PIPELINED_REQUESTS = 32;

  /** Ten times what clients send. A connection keeps buffers as large as its largest head. */
  static final int LARGE_HEAD_BYTES = 4096;

  /** The head of a request that waits: twice what clients send with the token of a pod. */
  static final int MOST_BYTES_TO_WAIT = 2048;

  /** Each takes a hundred bytes of the heap besides its own. */
  static final int MOST_FIELDS_TO_WAIT = 32;

  /** The attribute with the precondition of a request that is to wait. */
  private static final String WAIT = "kms-agent.wait";

  private final Executor threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http").factory());

  private final Connector main;
  private final RequestGuard guard;
  private final RequestGuard managementGuard;
  private final ReplyFactory replies;
  private final Function<Request, AdmissionReplies> admissionReplies;
  private final Optional<WaitingRequests> waiting;

  /**
   * Takes the main listener, and what checks its requests and those of the other.
   *
   * @param waiting lets requests wait, if any may; those that are woken are handled here
   */
  FastPathHandler(
      Connector main,
      RequestGuard guard,
      RequestGuard managementGuard,
      ReplyFactory replies,
      Function<Request, AdmissionReplies> admissionReplies,
      Optional<WaitingRequests> waiting) {
    this.main = main;
    this.guard = guard;
    this.managementGuard = managementGuard;
    this.replies = replies;
    this.admissionReplies = admissionReplies;
    this.waiting = waiting;
  }

  /** Jetty asks once for each connection, so that this holds for the handlers behind as well. */
  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var reply = admit(request, response);
    if (reply.isPresent()) {
      reply.get().send(response, callback);
    } else {
      threads.execute(() -> passOn(request, response, callback));
    }
    return true;
  }

  /** On a thread of its own, which may block. */
  private void passOn(Request request, Response response, Callback callback) {
    try {
      var waits =
          request.removeAttribute(WAIT) instanceof Precondition precondition
              && waiting.orElseThrow().hold(request, response, callback, precondition, this);
      if (!waits && !super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      }
    } catch (Throwable bug) {
      Response.writeError(request, response, callback, bug);
    }
  }

  /** Gives the reply that can be sent at once; attaches the admission to any other request. */
  private Optional<Reply> admit(Request request, Response response) {
    try {
      var isMain = request.getConnectionMetaData().getConnector().equals(main);
      var admission = (isMain ? guard : managementGuard).admit(request);
      if (isLast(request, admission)) {
        response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
      }
      var precondition =
          admission.isImmediate()
              ? Optional.<Precondition>empty()
              : Callers.preconditionOf(request);
      boolean waits =
          mayWait(request, precondition) && !response.getHeaders().contains(WaitingRequests.WAITED);
      if (waits) {
        request.setAttribute(WAIT, precondition.orElseThrow());
      }
      var reply =
          isTurnOver(request, admission) || waits
              ? Optional.<Reply>empty()
              : immediateReply(request, admission, precondition);
      if (reply.isEmpty()) {
        request.setAttribute(Admission.ATTRIBUTE, admission);
      }
      return reply;
    } catch (RuntimeException | Error bug) {
      return Optional.of(Replies.to(request, replies).bug(bug));
    }
  }

  /**
   * Whether a client has pipelined so many requests that the thread now serves other connections;
   * after a reply without a secret, {@link #isLast} closes the connection instead.
   */
  private static boolean isTurnOver(Request request, Admission admission) {
    return admission instanceof Admission.ToSecret
        && request.getConnectionMetaData() instanceof HttpConnection connection
        && connection.getMessagesIn() % PIPELINED_REQUESTS == 0
        && !connection.isRequestBufferEmpty();
  }

  /**
   * Whether the connection is closed after the reply: what no token protects may not keep the
   * thread by pipelining, and a large head may not leave a large connection behind. Jetty closes it
   * after a body that did not arrive in time, but only once the reply has been sent.
   */
  private static boolean isLast(Request request, Admission admission) {
    return request.getConnectionMetaData() instanceof HttpConnection connection
        && (connection.getParser().getHeaderLength() > LARGE_HEAD_BYTES
            || hasBody(connection.getParser())
            || (!(admission instanceof Admission.ToSecret) && !connection.isRequestBufferEmpty()));
  }

  private static boolean hasBody(HttpParser parser) {
    return parser.hasContent() && parser.getContentLength() != 0;
  }

  /** Whether it waits for a change of its secret, holding nothing but a small head. */
  private boolean mayWait(Request request, Optional<Precondition> precondition) {
    return precondition.isPresent()
        && precondition.get().waitSeconds() > 0
        && waiting.isPresent()
        && request.getHeaders().size() <= MOST_FIELDS_TO_WAIT
        && request.getConnectionMetaData() instanceof HttpConnection connection
        && connection.getParser().getHeaderLength() <= MOST_BYTES_TO_WAIT
        && connection.isRequestBufferEmpty()
        && !hasBody(connection.getParser());
  }

  /** Gives the reply if it is made without waiting. */
  Optional<Reply> immediateReply(
      Request request, Admission admission, Optional<Precondition> precondition) {
    var reply = Replies.to(request, replies);
    var found = admission.lookUp(reply);
    if (found.isPresent()) {
      return Optional.of(reply.secret(found.get()).to(precondition, found.get()));
    }
    return admission.isImmediate()
        ? Optional.of(admissionReplies.apply(request).reply(admission))
        : Optional.empty();
  }
}
