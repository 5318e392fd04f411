package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;
import java.time.InstantSource;
import java.util.UUID;

/**
 * Answers the requests to one API: authenticates each, then injects a fault or runs its action.
 * Safe for many threads.
 */
public final class RpcGateway implements HttpHandler {
  private final Api api;
  private final FaultingDispatcher dispatcher;

  /** A gateway to {@code api}; faults and calls are dated by this clock. */
  public RpcGateway(Api api, InstantSource clock) {
    this.api = api;
    this.dispatcher = new FaultingDispatcher(clock, this::errorResponse);
  }

  /** What holds its faults and calls. */
  public FaultingDispatcher dispatcher() {
    return dispatcher;
  }

  @Override
  public ServerReply handle(HttpRequest request) {
    String requestId = UUID.randomUUID().toString();
    return switch (RpcRequest.read(request)) {
      case Result.Refused<RpcRequest>(var error) ->
          new ServerReply.Complete(errorResponse(error, requestId));
      case Result.Done<RpcRequest>(var call) -> dispatch(request, call, requestId);
    };
  }

  private ServerReply dispatch(HttpRequest request, RpcRequest call, String requestId) {
    Authentication sender = api.authenticate(request, call);
    String keyId = sender.accessKeyId();
    var pending =
        new Call.Pending(
            requestId, call.action(), Call.Requested.by(call.parameters()), sender.scheme(), keyId);
    return switch (sender) {
      case Authentication.Refused(_, _, var error) -> dispatcher.refuse(pending, error);
      case Authentication.Accepted _ ->
          dispatcher.dispatch(pending, () -> run(call, keyId, requestId));
    };
  }

  private Result<HttpResponse> run(RpcRequest call, String accessKeyId, String requestId) {
    return Result.done(call)
        .filter(c -> c.version().equals(api.version()), ApiErrors.INVALID_VERSION)
        .then(c -> api.run(c, accessKeyId))
        .map(answer -> response(200, answer, requestId));
  }

  private HttpResponse errorResponse(ApiError error, String requestId) {
    JsonObject json = api.errorFields(error);
    json.addProperty("Code", error.code());
    json.addProperty("Message", error.message());
    return response(error.status(), json, requestId);
  }

  private static HttpResponse response(int status, JsonObject json, String requestId) {
    json.addProperty("RequestId", requestId);
    return HttpResponse.json(status, json.toString()).withHeader("x-acs-request-id", requestId);
  }
}
