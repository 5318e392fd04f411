package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** PutSecretValue: a new version, current unless other stages are named. */
final class PutSecretValue implements Action {
  private final SecretStore store;

  PutSecretValue(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName", "VersionId", "SecretData");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    return Values.versionId(parameters)
        .then(id -> put(parameters, id).map(secret -> answer(secret, id)));
  }

  private Result<Secret> put(Parameters parameters, String id) {
    return Values.value(parameters)
        .then(
            value ->
                Stages.read(parameters)
                    .then(stages -> store.put(parameters.secretName(), id, value, stages)));
  }

  private static JsonObject answer(Secret secret, String versionId) {
    List<String> stages =
        secret.versions().byId(versionId).map(SecretVersion::stages).orElse(List.of());
    var json = new JsonObject();
    json.addProperty("SecretName", secret.name());
    json.addProperty("VersionId", versionId);
    json.add("VersionStages", Json.stages(stages));
    return json;
  }
}
