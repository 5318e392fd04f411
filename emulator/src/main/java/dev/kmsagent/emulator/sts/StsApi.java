package dev.kmsagent.emulator.sts;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.oidc.OidcProvider;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.roles.MintedKeys;
import dev.kmsagent.emulator.roles.Roles;
import dev.kmsagent.emulator.signature.SignatureScheme;
import dev.kmsagent.emulator.signature.Verdict;

/** The API of STS, as far as AssumeRoleWithOIDC, which takes a token in place of a signature. */
public final class StsApi implements Api {
  private final AssumeRoleWithOidc assumeRoleWithOidc;

  /** Mints keys for these roles, for those whom the provider vouches for. */
  public StsApi(OidcProvider provider, Roles roles, MintedKeys minted) {
    assumeRoleWithOidc = new AssumeRoleWithOidc(provider, new Sessions(roles, minted));
  }

  @Override
  public String version() {
    return "2015-04-01";
  }

  @Override
  public Verdict judge(HttpRequest request, RpcRequest call) {
    return new Verdict.Genuine(SignatureScheme.NONE, "");
  }

  @Override
  public Result<JsonObject> run(RpcRequest call, String accessKeyId) {
    return call.action().equals("AssumeRoleWithOIDC")
        ? assumeRoleWithOidc.run(call.parameters())
        : new Result.Refused<>(Refusals.unknownAction());
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
