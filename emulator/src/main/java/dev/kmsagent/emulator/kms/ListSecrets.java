package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** ListSecrets: secrets in the order of names, page by page, all or those that pass filters. */
final class ListSecrets implements Action {
  private static final int PAGE_SIZE = 10;

  private final SecretStore store;

  ListSecrets(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of();
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    boolean withTags = parameters.flag("FetchTags");
    return Filter.read(parameters)
        .then(
            filter ->
                Page.read(parameters, PAGE_SIZE)
                    .map(
                        page ->
                            answer(store.all().stream().filter(filter).toList(), page, withTags)));
  }

  private static JsonObject answer(List<Secret> secrets, Page page, boolean withTags) {
    List<JsonObject> entries =
        page.of(secrets).stream().map(secret -> Json.summary(secret, withTags)).toList();
    var json = new JsonObject();
    json.add("SecretList", Json.nested("Secret", entries));
    page.addTo(json, secrets.size());
    return json;
  }
}
