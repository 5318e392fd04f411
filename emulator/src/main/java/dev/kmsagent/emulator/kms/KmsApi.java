package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureVerifier;

/** The API of KMS: every request is signed, and a role reads the secrets that it may read. */
public final class KmsApi implements Api {
  private final SignatureVerifier verifier;
  private final Identities identities;
  private final KmsActions actions;

  /** Serves the secrets of this store to the identities of this account. */
  public KmsApi(Identities identities, SecretStore store, Account account) {
    this.verifier = identities.verifier();
    this.identities = identities;
    this.actions = new KmsActions(store, account);
  }

  @Override
  public String version() {
    return "2016-01-20";
  }

  @Override
  public Authentication authenticate(HttpRequest request, RpcRequest call) {
    return verifier.verify(request, call.parameters());
  }

  @Override
  public Result<JsonObject> run(RpcRequest call, String accessKeyId) {
    boolean reads = call.action().equals("GetSecretValue") && !call.secretName().isEmpty();
    return reads && !identities.mayRead(accessKeyId, call.secretName())
        ? Result.refused(KmsErrors.NOT_PERMITTED)
        : actions.run(call.action(), call.parameters());
  }

  @Override
  public HttpResponse errorResponse(ApiError error, String requestId) {
    var json = new JsonObject();
    json.addProperty("HttpStatus", error.status());
    json.addProperty("Code", error.code());
    json.addProperty("Message", error.message());
    json.addProperty("RequestId", requestId);
    return HttpResponse.json(error.status(), json.toString())
        .withHeader("x-acs-request-id", requestId);
  }
}
