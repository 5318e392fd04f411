package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;
import java.util.Optional;

/**
 * UpdateSecretVersionStage: puts a stage on a version, takes it off one, or moves it from one to
 * another.
 */
final class UpdateSecretVersionStage implements Action {
  private static final List<String> NEVER_WITHOUT_VERSION =
      List.of(SecretVersion.CURRENT, SecretVersion.PREVIOUS);

  private final SecretStore store;

  UpdateSecretVersionStage(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName", "VersionStage");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    return change(parameters).map(UpdateSecretVersionStage::answer);
  }

  private Result<Secret> change(Parameters parameters) {
    String name = parameters.secretName();
    String stage = parameters.get("VersionStage").orElse("");
    Optional<String> from = parameters.get("RemoveFromVersion");
    Optional<String> to = parameters.get("MoveToVersion");
    if (to.isEmpty() && (from.isEmpty() || NEVER_WITHOUT_VERSION.contains(stage))) {
      return new Result.Refused<>(ParameterErrors.missing("MoveToVersion"));
    }
    if (to.isEmpty()) {
      return store.removeStage(name, stage, from.get());
    }
    return from.isEmpty()
        ? store.moveStage(name, stage, to.get())
        : store.moveStage(name, stage, from.get(), to.get());
  }

  private static JsonObject answer(Secret secret) {
    var json = new JsonObject();
    json.addProperty("SecretName", secret.name());
    return json;
  }
}
