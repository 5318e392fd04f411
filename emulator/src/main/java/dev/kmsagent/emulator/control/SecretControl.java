package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.kms.Rotations;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.kms.StoredVersion;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.seed.SeedFile;
import java.io.IOException;
import java.util.regex.Pattern;

/** Shows secrets without their values, changes them, and leads all back to what was seeded. */
final class SecretControl {
  private static final ApiError NO_SUCH_PATH =
      new ApiError(404, "InvalidPath", "GET /_emulator lists what there is.");

  private static final Pattern WITHOUT_BODY = Pattern.compile("POST /(delete|restore|deny|allow)");

  private final SeededState state;
  private final Rotations rotations;
  private final SecretStore store;

  /** Controls the secrets of this state. */
  SecretControl(SeededState state) {
    this.state = state;
    this.rotations = state.rotations();
    this.store = rotations.store();
  }

  /** Resets all; other seeds take the place of those so far. */
  HttpResponse reset(String toml) throws IOException {
    if (!toml.isBlank()) {
      switch (SeedFile.parse(toml)) {
        case SeedFile.Reading.Valid(var seeds)
            when seeds.secrets().stream().anyMatch(StoredSecret::hasHook) ->
            throw ControlResponses.invalid(
                "a hook, which is a program, is not taken from a request");
        case SeedFile.Reading.Valid(var seeds) -> state.others().set(seeds);
        case SeedFile.Reading.Problems(var problems) ->
            throw ControlResponses.invalid(String.join("; ", problems));
      }
    }
    state.reset();
    return HttpResponse.empty(204);
  }

  HttpResponse list() {
    return ControlResponses.list("secrets", store.all().stream().map(this::json));
  }

  /**
   * Changes a secret in the way that a route names; the body of a rotation may have the value.
   * Another body would be lost, and is refused.
   */
  HttpResponse change(String route, String name, String body) {
    if (!body.isBlank() && WITHOUT_BODY.matcher(route).matches()) {
      throw ControlResponses.invalid("no body is used here");
    }
    var changed =
        switch (route) {
          case "POST /rotate" ->
              body.isBlank() ? rotations.rotate(name) : store.rotate(name, value(body));
          case "POST /delete" -> store.scheduleDeletion(name);
          case "POST /restore" -> store.restore(name);
          case "POST /deny" -> store.setAccess(name, StoredSecret.Access.DENIED);
          case "POST /allow" -> store.setAccess(name, StoredSecret.Access.ALLOWED);
          default -> throw NO_SUCH_PATH.exception();
        };
    return ControlResponses.json(200, json(changed));
  }

  private static StoredValue value(String body) {
    var value = JsonFields.parse(body).secret();
    if (value.tooLarge()) {
      throw ControlResponses.invalid(
          "the value is larger than " + StoredValue.MAX_BYTES + " bytes");
    }
    return value;
  }

  private JsonObject json(StoredSecret secret) {
    var json = new JsonObject();
    json.addProperty("name", secret.name());
    secret
        .versions()
        .byStage(StoredVersion.CURRENT)
        .ifPresent(version -> json.addProperty("current", version.id()));
    secret.management().ifPresent(it -> json.addProperty("type", it.type().apiName()));
    secret.nextRotation().ifPresent(next -> json.addProperty("nextRotation", next.toString()));
    rotations.problem(secret.name()).ifPresent(it -> json.addProperty("problem", it));
    json.addProperty("denied", secret.access() == StoredSecret.Access.DENIED);
    secret.deletion().ifPresent(moment -> json.addProperty("deletion", moment.toString()));
    return json;
  }
}
