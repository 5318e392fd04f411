package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredVersion;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.seed.SeedFile;

/** Shows secrets without their values, changes them, and leads all back to what was seeded. */
final class SecretControl {
  private final SeededState state;
  private final SecretStore store;

  /** Controls the secrets of this state. */
  SecretControl(SeededState state) {
    this.state = state;
    this.store = state.store();
  }

  /** Resets all; other seeds take the place of those so far. */
  Result<HttpResponse> reset(String toml) {
    if (!toml.isBlank()) {
      switch (SeedFile.parse(toml)) {
        case SeedFile.Reading.Valid(var seeds) -> state.others().set(seeds);
        case SeedFile.Reading.Problems(var problems) -> {
          return ControlResponses.invalid(String.join("; ", problems));
        }
      }
    }
    return ControlResponses.run(state::reset);
  }

  Result<HttpResponse> list() {
    return ControlResponses.list("secrets", store.all().stream().map(SecretControl::json));
  }

  /** Changes a secret in the way that a route names. */
  Result<HttpResponse> change(String route, String name) {
    Result<StoredSecret> changed =
        switch (route) {
          case "POST /rotate" -> store.rotate(name);
          case "POST /delete" -> store.scheduleDeletion(name);
          case "POST /restore" -> store.restore(name);
          case "POST /deny" -> store.setAccess(name, StoredSecret.Access.DENIED);
          case "POST /allow" -> store.setAccess(name, StoredSecret.Access.ALLOWED);
          default ->
              Result.refused(
                  new ApiError(404, "InvalidPath", "GET /_emulator lists what there is."));
        };
    return changed.then(secret -> ControlResponses.json(200, json(secret)));
  }

  private static JsonObject json(StoredSecret secret) {
    var json = new JsonObject();
    json.addProperty("name", secret.name());
    secret
        .versions()
        .byStage(StoredVersion.CURRENT)
        .ifPresent(version -> json.addProperty("current", version.id()));
    json.addProperty("denied", secret.access() == StoredSecret.Access.DENIED);
    secret.deletion().ifPresent(moment -> json.addProperty("deletion", moment.toString()));
    return json;
  }
}
