package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** The actions that change nothing. */
final class ReadActions {
  private static final int SECRETS_ON_A_PAGE = 10;
  private static final int VERSIONS_ON_A_PAGE = 20;

  private final SecretStore store;
  private final Account account;

  ReadActions(SecretStore store, Account account) {
    this.store = store;
    this.account = account;
  }

  /** The value of one version. */
  Result<JsonObject> getSecretValue(Parameters parameters) {
    if (parameters.get("Recipient").isPresent()) {
      // It would get the value encrypted.
      return Result.refused(KmsErrors.UNSUPPORTED);
    }
    return store
        .read(parameters.secretName(), parameters.get("VersionId"), parameters.get("VersionStage"))
        .map(version -> value(parameters.secretName(), version));
  }

  private static JsonObject value(String name, StoredVersion version) {
    JsonObject json = SecretJson.named(name);
    json.addProperty("SecretType", "Generic");
    json.addProperty("SecretData", version.value().data());
    json.addProperty("SecretDataType", version.value().type().apiName());
    json.addProperty("VersionId", version.id());
    json.add("VersionStages", SecretJson.stages(version));
    json.addProperty("CreateTime", SecretJson.time(version.created()));
    return json;
  }

  /** Everything about a secret except its value. */
  Result<JsonObject> describeSecret(Parameters parameters) {
    boolean withTags = parameters.flag("FetchTags");
    return store.find(parameters.secretName()).map(secret -> description(secret, withTags));
  }

  private JsonObject description(StoredSecret secret, boolean withTags) {
    JsonObject json = SecretJson.summary(secret, withTags);
    json.addProperty("Arn", account.arn(secret.name()));
    json.addProperty("Description", secret.metadata().description());
    SecretJson.addUnlessEmpty(json, "EncryptionKeyId", secret.metadata().encryptionKeyId());
    SecretJson.addUnlessEmpty(json, "DKMSInstanceId", secret.metadata().instanceId());
    return json;
  }

  /** Secrets in the order of names, page by page, all or those that pass the filters. */
  Result<JsonObject> listSecrets(Parameters parameters) {
    boolean withTags = parameters.flag("FetchTags");
    return SecretFilter.read(parameters)
        .map(filter -> store.all().stream().filter(filter).toList())
        .then(
            secrets ->
                ListingPage.read(parameters, SECRETS_ON_A_PAGE)
                    .map(page -> secretList(secrets, page, withTags)));
  }

  private static JsonObject secretList(
      List<StoredSecret> secrets, ListingPage page, boolean withTags) {
    var json = new JsonObject();
    json.add(
        "SecretList",
        SecretJson.nested(
            "Secret",
            page.of(secrets).stream().map(secret -> SecretJson.summary(secret, withTags))));
    page.addTo(json, secrets.size());
    return json;
  }

  /** The versions of a secret, oldest first, without values; deprecated ones only on request. */
  Result<JsonObject> listSecretVersionIds(Parameters parameters) {
    boolean deprecatedToo = parameters.flag("IncludeDeprecated");
    return store
        .find(parameters.secretName())
        .then(
            secret ->
                ListingPage.read(parameters, VERSIONS_ON_A_PAGE)
                    .map(page -> versionIds(secret, page, deprecatedToo)));
  }

  private static JsonObject versionIds(
      StoredSecret secret, ListingPage page, boolean deprecatedToo) {
    List<StoredVersion> versions =
        secret.versions().all().stream()
            .filter(version -> deprecatedToo || !version.stages().isEmpty())
            .toList();
    JsonObject json = SecretJson.named(secret.name());
    json.add(
        "VersionIds",
        SecretJson.nested("VersionId", page.of(versions).stream().map(SecretJson::version)));
    page.addTo(json, versions.size());
    return json;
  }
}
