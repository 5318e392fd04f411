package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/**
 * ListSecretVersionIds: the versions of a secret, oldest first, without values; deprecated ones
 * only if asked for.
 */
final class ListSecretVersionIds implements Action {
  private static final int PAGE_SIZE = 20;

  private final SecretStore store;

  ListSecretVersionIds(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    boolean deprecatedToo = parameters.flag("IncludeDeprecated");
    return store
        .find(parameters.secretName())
        .then(
            secret ->
                Page.read(parameters, PAGE_SIZE).map(page -> answer(secret, page, deprecatedToo)));
  }

  private static JsonObject answer(Secret secret, Page page, boolean deprecatedToo) {
    List<SecretVersion> versions =
        secret.versions().all().stream()
            .filter(version -> deprecatedToo || !version.stages().isEmpty())
            .toList();
    var json = new JsonObject();
    json.addProperty("SecretName", secret.name());
    json.add(
        "VersionIds",
        Json.nested(
            "VersionId", page.of(versions).stream().map(ListSecretVersionIds::entry).toList()));
    page.addTo(json, versions.size());
    return json;
  }

  private static JsonObject entry(SecretVersion version) {
    var json = new JsonObject();
    json.addProperty("VersionId", version.id());
    json.addProperty("CreateTime", Json.time(version.created()));
    json.add("VersionStages", Json.stages(version.stages()));
    return json;
  }
}
