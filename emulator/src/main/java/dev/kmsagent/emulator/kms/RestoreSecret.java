package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** RestoreSecret: takes a planned deletion back. */
final class RestoreSecret implements Action {
  private final SecretStore store;

  RestoreSecret(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    return store.restore(parameters.secretName()).map(RestoreSecret::answer);
  }

  private static JsonObject answer(Secret secret) {
    var json = new JsonObject();
    json.addProperty("SecretName", secret.name());
    return json;
  }
}
