package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;
import java.util.UUID;

/**
 * Answers the requests to one API: authenticates each, then injects a fault or runs its action.
 * Safe for many threads.
 */
public final class RpcGateway implements HttpHandler {
  private final Api api;
  private final FaultingDispatcher dispatcher;

  /** A gateway to {@code api} that answers by way of {@code dispatcher}. */
  public RpcGateway(Api api, FaultingDispatcher dispatcher) {
    this.api = api;
    this.dispatcher = dispatcher;
  }

  @Override
  public Reply handle(HttpRequest request) {
    String requestId = UUID.randomUUID().toString();
    return switch (RpcRequest.read(request)) {
      case Result.Refused<RpcRequest>(var error) ->
          new Reply.Complete(api.errorResponse(error, requestId));
      case Result.Done<RpcRequest>(var call) -> dispatch(request, call, requestId);
    };
  }

  private Reply dispatch(HttpRequest request, RpcRequest call, String requestId) {
    Authentication sender = api.authenticate(request, call);
    String keyId = sender.accessKeyId();
    var pending =
        new Call.Pending(requestId, call.action(), call.secretName(), sender.scheme(), keyId);
    return switch (sender) {
      case Authentication.Refused(_, _, var error) -> dispatcher.refuse(pending, error);
      case Authentication.Accepted _ ->
          dispatcher.dispatch(pending, () -> run(call, keyId, requestId));
    };
  }

  private Result<HttpResponse> run(RpcRequest call, String accessKeyId, String requestId) {
    return call.checkVersion(api.version())
        .then(checked -> api.run(checked, accessKeyId))
        .map(answer -> response(answer, requestId));
  }

  private static HttpResponse response(JsonObject answer, String requestId) {
    answer.addProperty("RequestId", requestId);
    return HttpResponse.json(200, answer.toString()).withHeader("x-acs-request-id", requestId);
  }
}
