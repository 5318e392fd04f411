package dev.kmsagent.emulator.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import java.util.stream.Stream;

/** The forms that the control API's answers have. */
final class ControlResponses {
  private ControlResponses() {}

  static Result<HttpResponse> nothing() {
    return new Result.Done<>(HttpResponse.bare(204));
  }

  static Result<HttpResponse> json(int status, JsonObject document) {
    return new Result.Done<>(HttpResponse.json(status, document + "\n"));
  }

  static Result<HttpResponse> list(String name, Stream<JsonObject> elements) {
    var array = new JsonArray();
    elements.forEach(array::add);
    var json = new JsonObject();
    json.add(name, array);
    return json(200, json);
  }

  static <T> Result<T> invalid(String problem) {
    return new Result.Refused<>(new ApiError(400, "InvalidParameter", problem));
  }
}
