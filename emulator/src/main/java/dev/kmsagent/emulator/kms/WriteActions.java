package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The actions that change secrets. */
final class WriteActions {
  private static final List<String> NEVER_WITHOUT_VERSION =
      List.of(StoredVersion.CURRENT, StoredVersion.PREVIOUS);

  private final SecretStore store;
  private final Account account;
  private final Set<String> keys;

  /** Changes the secrets of this account, which has these encryption keys. */
  WriteActions(SecretStore store, Account account, Set<String> keys) {
    this.store = store;
    this.account = account;
    this.keys = Set.copyOf(keys);
  }

  /** A new generic secret whose first version is current. */
  Result<JsonObject> createSecret(Parameters parameters) {
    return SecretParameters.generic(parameters)
        .filter(this::namesKnownKey, KmsErrors.KEY_NOT_FOUND)
        .then(SecretParameters::newName)
        .then(_ -> SecretParameters.metadata(parameters))
        .then(metadata -> create(metadata, parameters));
  }

  /** The key, by its id or ARN; without one it is the default key of the service. */
  private boolean namesKnownKey(Parameters parameters) {
    return parameters
        .get("EncryptionKeyId")
        .map(key -> key.startsWith("acs:kms:") ? key.substring(key.lastIndexOf('/') + 1) : key)
        .map(keys::contains)
        .orElse(true);
  }

  private Result<JsonObject> create(StoredSecret.Metadata metadata, Parameters parameters) {
    return SecretParameters.versionId(parameters)
        .then(
            id ->
                SecretParameters.value(parameters)
                    .then(value -> store.create(parameters.secretName(), metadata, id, value))
                    .map(secret -> created(secret, id)));
  }

  private JsonObject created(StoredSecret secret, String versionId) {
    var json = new JsonObject();
    json.addProperty("Arn", account.arn(secret.name()));
    json.addProperty("SecretName", secret.name());
    json.addProperty("SecretType", "Generic");
    json.addProperty("VersionId", versionId);
    SecretJson.addUnlessEmpty(json, "DKMSInstanceId", secret.metadata().instanceId());
    return json;
  }

  /** A new version, current unless other stages are named. */
  Result<JsonObject> putSecretValue(Parameters parameters) {
    return SecretParameters.versionId(parameters)
        .then(id -> put(parameters, id).map(secret -> putAnswer(secret, id)));
  }

  private Result<StoredSecret> put(Parameters parameters, String id) {
    return SecretParameters.value(parameters)
        .then(
            value ->
                SecretParameters.stages(parameters)
                    .then(stages -> store.putVersion(parameters.secretName(), id, value, stages)));
  }

  /** Generic secrets, the only ones here, are rotated with PutSecretValue. */
  Result<JsonObject> rotateSecret(Parameters parameters) {
    return store
        .findUsable(parameters.secretName())
        .then(_ -> Result.refused(KmsErrors.UNSUPPORTED));
  }

  private static JsonObject putAnswer(StoredSecret secret, String versionId) {
    JsonObject json = SecretJson.named(secret.name());
    json.addProperty("VersionId", versionId);
    secret
        .versions()
        .byId(versionId)
        .ifPresent(version -> json.add("VersionStages", SecretJson.stages(version)));
    return json;
  }

  /** Puts a stage on a version, takes it off one, or moves it from one to another. */
  Result<JsonObject> updateSecretVersionStage(Parameters parameters) {
    return moveStage(parameters).map(secret -> SecretJson.named(secret.name()));
  }

  private Result<StoredSecret> moveStage(Parameters parameters) {
    String stage = parameters.get("VersionStage").orElse("");
    Optional<String> from = parameters.get("RemoveFromVersion");
    Optional<String> to = parameters.get("MoveToVersion");
    if (to.isEmpty() && (from.isEmpty() || NEVER_WITHOUT_VERSION.contains(stage))) {
      return Result.refused(KmsErrors.missing("MoveToVersion"));
    }
    return store.moveStage(parameters.secretName(), stage, from, to);
  }

  /** Plans a deletion in some days, or deletes at once. */
  Result<JsonObject> deleteSecret(Parameters parameters) {
    Result<Duration> window =
        parameters.flag("ForceDeleteWithoutRecovery")
            ? Result.done(Duration.ZERO)
            : SecretParameters.integer(parameters, "RecoveryWindowInDays", 30, 7, 30)
                .map(Duration::ofDays);
    return window
        .then(length -> store.scheduleDeletion(parameters.secretName(), length))
        .map(WriteActions::deletion);
  }

  private static JsonObject deletion(StoredSecret secret) {
    JsonObject json = SecretJson.named(secret.name());
    SecretJson.addDeletion(json, secret);
    return json;
  }

  /** Cancels a planned deletion. */
  Result<JsonObject> restoreSecret(Parameters parameters) {
    return store.restore(parameters.secretName()).map(secret -> SecretJson.named(secret.name()));
  }
}
