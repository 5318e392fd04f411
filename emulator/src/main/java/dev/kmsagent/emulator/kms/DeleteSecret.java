package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.util.List;

/** DeleteSecret: plans a deletion in some days, or deletes at once. */
final class DeleteSecret implements Action {
  private static final IntegerParameter WINDOW_DAYS =
      new IntegerParameter("RecoveryWindowInDays", 30, 7, 30);

  private final SecretStore store;

  DeleteSecret(SecretStore store) {
    this.store = store;
  }

  @Override
  public List<String> required() {
    return List.of("SecretName");
  }

  @Override
  public Result<JsonObject> run(Parameters parameters) {
    return window(parameters)
        .then(window -> store.scheduleDeletion(parameters.secretName(), window))
        .map(DeleteSecret::answer);
  }

  private static Result<Duration> window(Parameters parameters) {
    if (parameters.flag("ForceDeleteWithoutRecovery")) {
      return new Result.Done<>(Duration.ZERO);
    }
    return WINDOW_DAYS.read(parameters).map(Duration::ofDays);
  }

  private static JsonObject answer(Secret secret) {
    var json = new JsonObject();
    json.addProperty("SecretName", secret.name());
    secret.deletion().ifPresent(moment -> json.addProperty("PlannedDeleteTime", Json.time(moment)));
    return json;
  }
}
