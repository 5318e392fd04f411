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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * The actions GetSecretValue and RotateSecret of KMS: every request is signed, and a role or a key
 * reads the secrets that it may read, and rotates those that KMS manages.
 */
public final class KmsApi implements Api {
  private static final String ROTATE = "RotateSecret";
  private static final Set<String> ACTIONS = Set.of("GetSecretValue", ROTATE);

  private final SignatureVerifier verifier;
  private final Identities identities;
  private final Rotations rotations;

  /** Serves the secrets of a store to the identities of an account. */
  public KmsApi(Identities identities, Rotations rotations) {
    this.verifier = identities.verifier();
    this.identities = identities;
    this.rotations = rotations;
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
    ApiErrors.UNKNOWN_ACTION.unless(ACTIONS.contains(call.action()));
    String name = call.parameters().secretName();
    KmsErrors.NO_NAME.unless(!name.isEmpty());
    KmsErrors.NOT_PERMITTED.unless(identities.mayRead(accessKeyId, name));
    return call.action().equals(ROTATE)
        ? rotate(call.parameters(), name)
        : read(call.parameters(), name);
  }

  private JsonObject read(Parameters parameters, String name) {
    // For a recipient the value would be encrypted.
    KmsErrors.UNSUPPORTED.unless(parameters.get("Recipient").isEmpty());
    rotations.rotateDue(name);
    var secret = rotations.store().readable(name);
    var version =
        secret
            .select(parameters.get("VersionId"), parameters.get("VersionStage"))
            .orElseThrow(KmsErrors.NOT_FOUND::exception);
    var json = json(name, version);
    secret.management().ifPresent(managed -> addRotation(json, secret, managed, parameters));
    return json;
  }

  private JsonObject rotate(Parameters parameters, String name) {
    var versionId =
        parameters.get("VersionId").orElseThrow(() -> ApiErrors.missing("VersionId").exception());
    rotations.rotate(name, versionId);
    var json = new JsonObject();
    json.addProperty("SecretName", name);
    json.addProperty("VersionId", versionId);
    return json;
  }

  private static JsonObject json(String name, StoredVersion version) {
    var json = new JsonObject();
    json.addProperty("SecretName", name);
    json.addProperty("SecretType", "Generic");
    json.addProperty("SecretData", version.value().data());
    json.addProperty("SecretDataType", version.value().type().apiName());
    json.addProperty("VersionId", version.id());
    json.add("VersionStages", stages(version));
    json.addProperty("CreateTime", seconds(version.created()));
    return json;
  }

  private void addRotation(
      JsonObject json, StoredSecret secret, ManagedSecret managed, Parameters parameters) {
    json.addProperty("SecretType", managed.type().apiName());
    json.addProperty("LastRotationDate", seconds(secret.current().created()));
    json.addProperty("AutomaticRotation", rotations.automatic(secret));
    if (secret.nextRotation().isPresent()) {
      json.addProperty("NextRotationDate", seconds(secret.nextRotation().get()));
      json.addProperty("RotationInterval", managed.interval().toSeconds() + "s");
    }
    if (parameters.get("FetchExtendedConfig").filter("true"::equals).isPresent()) {
      json.addProperty("ExtendedConfig", managed.extendedConfig());
    }
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
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
