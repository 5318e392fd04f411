package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;
import java.util.function.Supplier;

/**
 * ControlResponses requests to one API: first its sender is judged, then comes the fault that is in
 * force if any, then the action. Safe for many threads.
 */
public final class RpcGateway implements HttpHandler {
  private final Api api;
  private final FaultingDispatcher desk;
  private final Supplier<String> requestIds;

  /** ControlResponses out of {@code api} by way of {@code desk}. */
  public RpcGateway(Api api, FaultingDispatcher desk, Supplier<String> requestIds) {
    this.api = api;
    this.desk = desk;
    this.requestIds = requestIds;
  }

  @Override
  public Reply handle(HttpRequest request) {
    String requestId = requestIds.get();
    return switch (RpcRequest.read(request)) {
      case Result.Refused<RpcRequest>(var error) -> new Reply.Whole(api.refusal(error, requestId));
      case Result.Done<RpcRequest>(var call) -> answer(request, call, requestId);
    };
  }

  private Reply answer(HttpRequest request, RpcRequest call, String requestId) {
    Authentication verdict = api.judge(request, call);
    var incoming =
        new Incoming(
            requestId, call.action(), call.secretName(), verdict.scheme(), verdict.accessKeyId());
    return switch (verdict) {
      case Authentication.Refused(_, _, var error) -> desk.refuse(incoming, error);
      case Authentication.Genuine(_, var keyId) ->
          desk.answer(incoming, () -> run(call, keyId, requestId));
    };
  }

  private Result<HttpResponse> run(RpcRequest call, String accessKeyId, String requestId) {
    return call.checked(api.version())
        .then(checked -> api.run(checked, accessKeyId))
        .map(answer -> response(answer, requestId));
  }

  private static HttpResponse response(JsonObject answer, String requestId) {
    answer.addProperty("RequestId", requestId);
    return HttpResponse.json(200, answer.toString()).with("x-acs-request-id", requestId);
  }
}
