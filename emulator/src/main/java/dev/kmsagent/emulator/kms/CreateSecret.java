package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** CreateSecret: a new generic secret whose first version is current. */
final class CreateSecret implements Action {
  private final SecretStore store;
  private final Account account;

  CreateSecret(SecretStore store, Account account) {
    this.store = store;
    this.account = account;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName", "VersionId", "SecretData");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    if (!parameters.get("SecretType").orElse("Generic").equals("Generic")) {
      return new Result.Refused<>(ParameterErrors.invalid("SecretType"));
    }
    return Values.newName(parameters)
        .then(name -> profile(parameters).then(profile -> create(name, profile, parameters)));
  }

  private Result<JsonObject> create(String name, SecretMetadata profile, Parameters parameters) {
    return Values.versionId(parameters)
        .then(
            id ->
                Values.value(parameters)
                    .then(value -> store.create(name, profile, id, value))
                    .map(secret -> answer(secret, id)));
  }

  private static Result<SecretMetadata> profile(Parameters parameters) {
    return Tags.read(parameters)
        .map(
            tags ->
                new SecretMetadata(
                    parameters.get("Description").orElse(""),
                    parameters.get("EncryptionKeyId").orElse(""),
                    parameters.get("DKMSInstanceId").orElse(""),
                    tags));
  }

  private JsonObject answer(Secret secret, String versionId) {
    var json = new JsonObject();
    json.addProperty("Arn", account.arn(secret.name()));
    json.addProperty("SecretName", secret.name());
    json.addProperty("SecretType", "Generic");
    json.addProperty("VersionId", versionId);
    Json.addIfKnown(json, "DKMSInstanceId", secret.profile().instanceId());
    return json;
  }
}
