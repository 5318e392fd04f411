package dev.kmsagent.bootstrap.command;

import com.google.gson.JsonParser;
import dev.kmsagent.adapters.http.dialect.Dialects;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the error from an answer of the agent in any of its dialects. */
final class ErrorBody {
  private ErrorBody() {}

  /** A sentence for people. */
  static String reason(int status, byte[] body) {
    try {
      var answer =
          JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
      var problem =
          Dialects.all().map(dialect -> dialect.problem(answer)).flatMap(Optional::stream);
      return status + " " + problem.findFirst().orElseThrow();
    } catch (RuntimeException otherForm) {
      // It is dropped since its message quotes what it cannot read.
      return "What answered, with status " + status + ", is no agent.";
    }
  }
}
