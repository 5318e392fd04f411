package dev.kmsagent.emulator.actions;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.KmsError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.secrets.SecretStore;
import java.util.Map;
import java.util.Optional;

/** All operations by name; safe for many threads. */
public final class Actions {
  private final Map<String, Action> byName;

  /** The operations on this store. */
  public Actions(SecretStore store) {
    byName = Map.of("GetSecretValue", new GetSecretValue(store));
  }

  /** Runs the operation of this name: the answer's fields but for the request id, or a refusal. */
  public Result<JsonObject> run(String name, Parameters parameters) {
    Action action = byName.get(name);
    if (action == null) {
      return new Result.Refused<>(unknown());
    }
    Optional<String> missing =
        action.required().stream().filter(p -> parameters.get(p).isEmpty()).findFirst();
    return missing
        .<Result<JsonObject>>map(parameter -> new Result.Refused<>(missing(parameter)))
        .orElseGet(() -> action.run(parameters));
  }

  private static KmsError unknown() {
    return new KmsError(
        404,
        "InvalidAction.NotFound",
        "Specified api is not found, please check your url and method.");
  }

  private static KmsError missing(String parameter) {
    return new KmsError(
        400, "MissingParameter", "The parameter " + parameter + " is needed but no provided.");
  }
}
