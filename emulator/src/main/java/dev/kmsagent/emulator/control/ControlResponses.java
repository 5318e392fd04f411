package dev.kmsagent.emulator.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.util.stream.Stream;

/** The responses of the control API. */
final class ControlResponses {
  private ControlResponses() {}

  static HttpResponse list(String name, Stream<JsonObject> elements) {
    var array = new JsonArray();
    elements.forEach(array::add);
    var json = new JsonObject();
    json.add(name, array);
    return json(200, json);
  }

  static HttpResponse json(int status, JsonObject document) {
    return HttpResponse.json(status, document + "\n");
  }

  static ApiException invalid(String problem) {
    return new ApiError(400, "InvalidParameter", problem).exception();
  }
}
