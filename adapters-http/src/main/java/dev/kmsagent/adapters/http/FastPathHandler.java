package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Admission;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpParser;
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

  private final Connector main;
  private final RequestGuard guard;
  private final RequestGuard managementGuard;
  private final ReplyFactory replies;
  private final Function<Request, AdmissionReplies> admissionReplies;

  /** Takes the main listener, and what checks its requests and those of the other. */
  FastPathHandler(
      Connector main,
      RequestGuard guard,
      RequestGuard managementGuard,
      ReplyFactory replies,
      Function<Request, AdmissionReplies> admissionReplies) {
    this.main = main;
    this.guard = guard;
    this.managementGuard = managementGuard;
    this.replies = replies;
    this.admissionReplies = admissionReplies;
  }

  /** Jetty asks once for each connection, so that this holds for the handlers behind as well. */
  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var reply = admit(request, response);
    reply.ifPresent(ready -> ready.send(response, callback));
    return reply.isPresent() || passOn(request, response, callback);
  }

  private boolean passOn(Request request, Response response, Callback callback) {
    try {
      return super.handle(request, response, callback);
    } catch (Exception bug) {
      Response.writeError(request, response, callback, bug);
      return true;
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
      var reply =
          isTurnOver(request, admission)
              ? Optional.<Reply>empty()
              : immediateReply(request, admission);
      if (reply.isEmpty()) {
        request.setAttribute(Admission.ATTRIBUTE, admission);
      }
      return reply;
    } catch (RuntimeException | Error bug) {
      return Optional.of(replies.to(request).bug(bug));
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

  /** Gives the reply if it is made without waiting. */
  Optional<Reply> immediateReply(Request request, Admission admission) {
    var found = admission.lookUp();
    if (found.isPresent()) {
      return Optional.of(replies.to(request).secret(found.get()).to(request, found.get(), true));
    }
    return admission.isImmediate()
        ? Optional.of(admission.reply(admissionReplies.apply(request)))
        : Optional.empty();
  }
}
