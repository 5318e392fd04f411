package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.identity.Permissions;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureVerifier;

/** The API of KMS: every request is signed, and a role reads the secrets that it may read. */
public final class KmsApi implements Api {
  private static final ApiError NOT_PERMITTED =
      new ApiError(
          403, "Forbidden.NoPermission", "You are not authorized to perform the operation.");

  private final SignatureVerifier verifier;
  private final Permissions permissions;
  private final Actions actions;

  /** Serves what {@code verifier} accepts and {@code permissions} allow. */
  public KmsApi(SignatureVerifier verifier, Permissions permissions, Actions actions) {
    this.verifier = verifier;
    this.permissions = permissions;
    this.actions = actions;
  }

  @Override
  public String version() {
    return "2016-01-20";
  }

  @Override
  public Authentication judge(HttpRequest request, RpcRequest call) {
    return verifier.verify(request, call.parameters());
  }

  @Override
  public Result<JsonObject> run(RpcRequest call, String accessKeyId) {
    return permitted(call, accessKeyId)
        .then(allowed -> actions.run(allowed.action(), allowed.parameters()));
  }

  private Result<RpcRequest> permitted(RpcRequest call, String accessKeyId) {
    boolean reads = call.action().equals("GetSecretValue") && !call.secretName().isEmpty();
    return reads && !permissions.mayRead(accessKeyId, call.secretName())
        ? new Result.Refused<>(NOT_PERMITTED)
        : new Result.Done<>(call);
  }

  @Override
  public HttpResponse refusal(ApiError error, String requestId) {
    var json = new JsonObject();
    json.addProperty("HttpStatus", error.status());
    json.addProperty("Code", error.code());
    json.addProperty("Message", error.message());
    json.addProperty("RequestId", requestId);
    return HttpResponse.json(error.status(), json.toString()).with("x-acs-request-id", requestId);
  }
}
