package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.emulator.protocol.SignatureVerifier;

/** The API of STS: its sessions are for whoever signs with a key or, with OIDC, holds a token. */
public final class StsApi implements Api {
  private static final String WITH_OIDC = "AssumeRoleWithOIDC";

  private final SignatureVerifier verifier;
  private final AssumeRoleWithOidc assumeRoleWithOidc;
  private final AssumeRole assumeRole;

  /**
   * Mints keys for these roles, for those whom the provider vouches for and those who sign as
   * {@code verifier} wants it.
   */
  public StsApi(SignatureVerifier verifier, OidcProvider provider, Roles roles, MintedKeys minted) {
    var sessions = new Sessions(roles, minted);
    this.verifier = verifier;
    this.assumeRoleWithOidc = new AssumeRoleWithOidc(provider, sessions);
    this.assumeRole = new AssumeRole(sessions);
  }

  @Override
  public String version() {
    return "2015-04-01";
  }

  @Override
  public Authentication judge(HttpRequest request, RpcRequest call) {
    return call.action().equals(WITH_OIDC)
        ? new Authentication.Genuine(SignatureScheme.NONE, "")
        : verifier.verify(request, call.parameters());
  }

  @Override
  public Result<JsonObject> run(RpcRequest call, String accessKeyId) {
    return switch (call.action()) {
      case WITH_OIDC -> assumeRoleWithOidc.run(call.parameters());
      case "AssumeRole" -> assumeRole.run(call.parameters());
      default -> new Result.Refused<>(StsErrors.unknownAction());
    };
  }

  @Override
  public HttpResponse refusal(ApiError error, String requestId) {
    var json = new JsonObject();
    json.addProperty("RequestId", requestId);
    json.addProperty("HostId", "sts.aliyuncs.com");
    json.addProperty("Code", error.code());
    json.addProperty("Message", error.message());
    return HttpResponse.json(error.status(), json.toString()).with("x-acs-request-id", requestId);
  }
}
