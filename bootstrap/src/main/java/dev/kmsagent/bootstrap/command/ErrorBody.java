package dev.kmsagent.bootstrap.command;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;

/** Reads the error from an answer of the agent in any of its dialects. */
final class ErrorBody {
  private ErrorBody() {}

  /** A sentence for people. */
  static String reason(int status, byte[] body) {
    try {
      var answer = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
      return status + " " + problem(answer.getAsJsonObject());
    } catch (RuntimeException otherForm) {
      // It is dropped since its message quotes what it cannot read.
      return "What answered, with status " + status + ", is no agent.";
    }
  }

  private static String problem(JsonObject answer) {
    if (answer.has("errors")) {
      return answer.getAsJsonArray("errors").get(0).getAsString();
    }
    return answer.has("Code")
        ? answer.get("Code").getAsString() + ": " + answer.get("Message").getAsString()
        : answer.get("__type").getAsString() + ": " + answer.get("message").getAsString();
  }
}
