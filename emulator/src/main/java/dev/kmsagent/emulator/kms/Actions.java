package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Map;
import java.util.Optional;

/** All operations by name; safe for many threads. */
public final class Actions {
  private final Map<String, Action> byName;

  /** The operations on this store, which belongs to this account. */
  public Actions(SecretStore store, Account account) {
    byName =
        Map.of(
            "GetSecretValue", new GetSecretValue(store),
            "DescribeSecret", new DescribeSecret(store, account),
            "ListSecrets", new ListSecrets(store),
            "ListSecretVersionIds", new ListSecretVersionIds(store),
            "CreateSecret", new CreateSecret(store, account),
            "PutSecretValue", new PutSecretValue(store),
            "UpdateSecretVersionStage", new UpdateSecretVersionStage(store),
            "DeleteSecret", new DeleteSecret(store),
            "RestoreSecret", new RestoreSecret(store));
  }

  /** Runs the operation of this name: the answer's fields but for the request id, or a refusal. */
  public Result<JsonObject> run(String name, Parameters parameters) {
    Action action = byName.get(name);
    if (action == null) {
      return new Result.Refused<>(ParameterErrors.unknownAction());
    }
    Optional<String> missing =
        action.required().stream().filter(p -> parameters.get(p).isEmpty()).findFirst();
    return missing
        .<Result<JsonObject>>map(p -> new Result.Refused<>(ParameterErrors.missing(p)))
        .orElseGet(() -> action.run(parameters));
  }
}
