package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** AssumeRole: a session for the holder of a key, who may assume every role of the account. */
final class AssumeRole {
  private static final List<String> REQUIRED = List.of("RoleArn", "RoleSessionName");

  private final Sessions sessions;

  AssumeRole(Sessions sessions) {
    this.sessions = sessions;
  }

  Result<JsonObject> run(Parameters parameters) {
    return SessionRequest.read(parameters, REQUIRED)
        .then(request -> sessions.role(request).then(role -> sessions.open(request, role)));
  }
}
