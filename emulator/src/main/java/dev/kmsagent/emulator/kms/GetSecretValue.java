package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** GetSecretValue: one version's value. */
final class GetSecretValue implements Action {
  private final SecretStore store;

  GetSecretValue(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    var selector = VersionSelector.of(parameters.get("VersionId"), parameters.get("VersionStage"));
    return store.read(parameters.secretName(), selector).map(GetSecretValue::answer);
  }

  private static JsonObject answer(SecretStore.Read read) {
    var json = new JsonObject();
    json.addProperty("SecretName", read.secret().name());
    json.addProperty("SecretType", "Generic");
    json.addProperty("SecretData", read.version().value().data());
    json.addProperty("SecretDataType", read.version().value().type().wire());
    json.addProperty("VersionId", read.version().id());
    json.add("VersionStages", Json.stages(read.version().stages()));
    json.addProperty("CreateTime", Json.time(read.version().created()));
    return json;
  }
}
