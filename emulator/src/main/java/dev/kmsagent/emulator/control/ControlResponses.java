package dev.kmsagent.emulator.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/** The responses of the control API. */
final class ControlResponses {
  private ControlResponses() {}

  static Result<HttpResponse> noContent() {
    return Result.done(HttpResponse.empty(204));
  }

  /** What opens and closes ports. */
  interface Command {
    void run() throws IOException;
  }

  static Result<HttpResponse> run(Command command) {
    try {
      command.run();
      return noContent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Result<HttpResponse> json(int status, JsonObject document) {
    return Result.done(HttpResponse.json(status, document + "\n"));
  }

  static Result<HttpResponse> list(String name, Stream<JsonObject> elements) {
    var array = new JsonArray();
    elements.forEach(array::add);
    var json = new JsonObject();
    json.add(name, array);
    return json(200, json);
  }

  static <T> Result<T> invalid(String problem) {
    return Result.refused(new ApiError(400, "InvalidParameter", problem));
  }
}
