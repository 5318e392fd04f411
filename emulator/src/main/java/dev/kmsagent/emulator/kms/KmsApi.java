package dev.kmsagent.emulator.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.time.temporal.ChronoUnit;

/**
 * The action GetSecretValue of KMS: every request is signed, and a role or a key reads the secrets
 * that it may read.
 */
public final class KmsApi implements Api {
  private final SignatureVerifier verifier;
  private final Identities identities;
  private final SecretStore store;

  /** Serves the secrets of this store to the identities of an account. */
  public KmsApi(Identities identities, SecretStore store) {
    this.verifier = identities.verifier();
    this.identities = identities;
    this.store = store;
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
  public JsonObject run(RpcRequest call, String accessKeyId) {
    ApiErrors.UNKNOWN_ACTION.unless(call.action().equals("GetSecretValue"));
    Parameters parameters = call.parameters();
    String name = parameters.secretName();
    KmsErrors.NO_NAME.unless(!name.isEmpty());
    KmsErrors.NOT_PERMITTED.unless(identities.mayRead(accessKeyId, name));
    // For a recipient the value would be encrypted.
    KmsErrors.UNSUPPORTED.unless(parameters.get("Recipient").isEmpty());
    return json(
        name, store.read(name, parameters.get("VersionId"), parameters.get("VersionStage")));
  }

  private static JsonObject json(String name, StoredVersion version) {
    var json = new JsonObject();
    json.addProperty("SecretName", name);
    json.addProperty("SecretType", "Generic");
    json.addProperty("SecretData", version.value().data());
    json.addProperty("SecretDataType", version.value().type().apiName());
    json.addProperty("VersionId", version.id());
    json.add("VersionStages", stages(version));
    json.addProperty("CreateTime", version.created().truncatedTo(ChronoUnit.SECONDS).toString());
    return json;
  }

  /** A list as the RPC gateway writes it: an object with an array. */
  private static JsonObject stages(StoredVersion version) {
    var array = new JsonArray();
    version.stages().forEach(array::add);
    var stages = new JsonObject();
    stages.add("VersionStage", array);
    return stages;
  }

  @Override
  public JsonObject errorFields(ApiError error) {
    var json = new JsonObject();
    json.addProperty("HttpStatus", error.status());
    return json;
  }
}
