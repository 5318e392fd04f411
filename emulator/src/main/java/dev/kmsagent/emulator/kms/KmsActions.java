package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The actions of KMS by name; safe for many threads. */
final class KmsActions {
  private static final String NAME = "SecretName";

  private final Map<String, Action> byName;

  /** The actions on this store, which belongs to this account. */
  KmsActions(SecretStore store, Account account) {
    var reads = new ReadActions(store, account);
    var writes = new WriteActions(store, account);
    byName =
        Map.of(
            "GetSecretValue", new Action(reads::getSecretValue, NAME),
            "DescribeSecret", new Action(reads::describeSecret, NAME),
            "ListSecrets", new Action(reads::listSecrets),
            "ListSecretVersionIds", new Action(reads::listSecretVersionIds, NAME),
            "CreateSecret", new Action(writes::createSecret, NAME, "VersionId", "SecretData"),
            "PutSecretValue", new Action(writes::putSecretValue, NAME, "VersionId", "SecretData"),
            "UpdateSecretVersionStage",
                new Action(writes::updateSecretVersionStage, NAME, "VersionStage"),
            "DeleteSecret", new Action(writes::deleteSecret, NAME),
            "RestoreSecret", new Action(writes::restoreSecret, NAME));
  }

  /** An action, and the parameters that it needs. */
  private record Action(Function<Parameters, Result<JsonObject>> operation, List<String> required) {
    private Action(Function<Parameters, Result<JsonObject>> operation, String... required) {
      this(operation, List.of(required));
    }
  }

  /** Runs the action of this name: the fields of the answer except the request id, or an error. */
  Result<JsonObject> run(String name, Parameters parameters) {
    Action action = byName.get(name);
    if (action == null) {
      return Result.refused(ApiErrors.UNKNOWN_ACTION);
    }
    Optional<String> missing = parameters.firstMissing(action.required());
    return missing.isPresent()
        ? Result.refused(KmsErrors.missing(missing.get()))
        : action.operation().apply(parameters);
  }
}
