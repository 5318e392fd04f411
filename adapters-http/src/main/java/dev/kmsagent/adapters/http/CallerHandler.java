package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.domain.Lookup;
import dev.kmsagent.domain.port.AdmitCaller;
import dev.kmsagent.domain.port.CallerAdmission;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Has callers admitted that are not known yet, on a thread that may wait. Thread-safe. */
final class CallerHandler extends Handler.Wrapper {
  private final AdmitCaller pods;
  private final FastPathHandler fastPath;
  private final RequestGuard guard;
  private final ReplyFactory replies;
  private final RejectedTokens rejected;

  /** Takes the handler that sends what needs no waiting. */
  CallerHandler(
      AdmitCaller pods,
      FastPathHandler fastPath,
      RequestGuard guard,
      ReplyFactory replies,
      RejectedTokens rejected) {
    this.pods = pods;
    this.fastPath = fastPath;
    this.guard = guard;
    this.replies = replies;
    this.rejected = rejected;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      var reply = reply(request);
      reply.ifPresent(ready -> ready.send(response, callback));
      return reply.isPresent() || super.handle(request, response, callback);
    } catch (Exception bug) {
      replies.bug(bug).send(response, callback);
      return true;
    }
  }

  private Optional<Reply> reply(Request request) {
    return request.getAttribute(Admission.ATTRIBUTE) instanceof Admission.ToCaller caller
        ? reply(request, caller)
        : Optional.empty();
  }

  /** The reply, unless the request of a caller that was admitted has to be passed on. */
  private Optional<Reply> reply(Request request, Admission.ToCaller caller) {
    if (rejected.areTooMany(request)) {
      return Optional.of(replies.rejection(Failure.tooManyRejectedTokens()));
    }
    var admission = pods.admit(caller.presented(), caller.role()).toCompletableFuture().join();
    return switch (admission) {
      case CallerAdmission.Admitted(var access) -> {
        SerialHttpConnection.of(request)
            .remember(new AdmittedPod(caller.presented(), caller.role(), access));
        yield after(request);
      }
      case CallerAdmission.Rejected rejection -> {
        rejected.note(rejection, request);
        yield Optional.of(replies.rejection(Failure.of(rejection)));
      }
    };
  }

  /** The guard knows the caller now, unless its access has ended meanwhile. */
  private Optional<Reply> after(Request request) {
    var admission = guard.admit(request);
    request.setAttribute(Admission.ATTRIBUTE, admission);
    return admission instanceof Admission.ToCaller
        ? Optional.of(replies.rejection(Failure.callerUnconfirmed("its access ended meanwhile")))
        : fastPath.immediateReply(admission, Lookup.NotServed.UNDECIDED, request);
  }
}
