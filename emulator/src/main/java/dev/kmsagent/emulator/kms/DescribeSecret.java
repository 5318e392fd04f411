package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** DescribeSecret: everything about a secret but its value. */
final class DescribeSecret implements Action {
  private final SecretStore store;
  private final Account account;

  DescribeSecret(SecretStore store, Account account) {
    this.store = store;
    this.account = account;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    boolean withTags = parameters.flag("FetchTags");
    return store.find(parameters.secretName()).map(secret -> answer(secret, withTags));
  }

  private JsonObject answer(Secret secret, boolean withTags) {
    JsonObject json = Json.summary(secret, withTags);
    json.addProperty("Arn", account.arn(secret.name()));
    json.addProperty("Description", secret.profile().description());
    Json.addIfKnown(json, "EncryptionKeyId", secret.profile().encryptionKeyId());
    Json.addIfKnown(json, "DKMSInstanceId", secret.profile().instanceId());
    return json;
  }
}
