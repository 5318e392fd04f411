package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Authentication;
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
    RpcRequest call;
    try {
      call = RpcRequest.read(request);
    } catch (ApiException unreadable) {
      return new ServerReply.Complete(errorResponse(unreadable.error(), requestId));
    }
    Authentication sender = api.authenticate(request, call);
    var pending =
        new Call.Pending(
            requestId,
            call.action(),
            Call.Requested.by(call.parameters()),
            sender.scheme(),
            sender.accessKeyId());
    return sender
        .refusal()
        .map(error -> refuse(call, pending, error))
        .orElseGet(() -> dispatcher.dispatch(pending, () -> run(call, pending)));
  }

  /** A request without an action only asks whether the service works: faults are for it, too. */
  private ServerReply refuse(RpcRequest call, Call.Pending pending, ApiError error) {
    return call.action().isEmpty()
        ? dispatcher.dispatch(pending, () -> errorResponse(error, pending.requestId()))
        : dispatcher.refuse(pending, error);
  }

  private HttpResponse run(RpcRequest call, Call.Pending pending) {
    ApiErrors.INVALID_VERSION.unless(call.version().equals(api.version()));
    return response(200, api.run(call, pending.accessKeyId()), pending.requestId());
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
