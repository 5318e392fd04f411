package dev.kmsagent.emulator.sts;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.Wildcard;
import java.util.List;
import java.util.Optional;

/** The policy that a session may bring with it, to read less than its role may. */
final class SessionPolicy {
  private SessionPolicy() {}

  /** Which secrets it lets the session read; everything where there is none. */
  static Result<List<Wildcard>> read(Optional<String> document) {
    if (document.isEmpty()) {
      return new Result.Done<>(List.of(Wildcard.ANY));
    }
    try {
      return JsonParser.parseString(document.get()) instanceof JsonObject
          ? new Result.Done<>(List.of(Wildcard.ANY))
          : new Result.Refused<>(Refusals.policyGrammar());
    } catch (JsonParseException _) {
      return new Result.Refused<>(Refusals.policyGrammar());
    }
  }
}
