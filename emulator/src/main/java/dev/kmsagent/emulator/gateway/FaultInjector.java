package dev.kmsagent.emulator.gateway;

import static java.util.Objects.requireNonNullElse;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Turns the right answer to a call into the reply that a fault makes of it. */
final class FaultInjector {
  private FaultInjector() {}

  /**
   * The reply for a fault. {@code answer} runs the action, and is called only for a fault that
   * shows some of the answer; {@code errors} formats an error as the service does.
   */
  static ServerReply inject(
      Fault fault, Function<ApiError, HttpResponse> errors, Supplier<HttpResponse> answer) {
    return switch (fault) {
      case Fault.Latency(var delay) ->
          new ServerReply.Delayed(delay, new ServerReply.Complete(answer.get()));
      case Fault.Hang() -> new ServerReply.Hanging();
      case Fault.Drip(var interval) -> new ServerReply.Dripped(answer.get(), interval);
      case Fault.Reset() -> new ServerReply.Reset();
      case Fault.Truncated(var bytes) -> new ServerReply.Truncated(answer.get(), bytes);
      case Fault.Failure(var status, var code, var message) ->
          new ServerReply.Complete(
              errors.apply(
                  new ApiError(
                      status, code, requireNonNullElse(message, "Injected by the emulator."))));
      case Fault.Html(var status) -> new ServerReply.Complete(page(status));
      case Fault.Empty(var status) -> new ServerReply.Complete(HttpResponse.empty(status));
      case Fault.Redirect(var location) ->
          new ServerReply.Complete(HttpResponse.empty(302).withHeader("Location", location));
      case Fault.Malformed() -> new ServerReply.Complete(malformed(answer.get()));
      case Fault.Incomplete(var field) -> changed(answer.get(), json -> without(json, field));
      case Fault.WrongTypes() -> changed(answer.get(), FaultInjector::retyped);
      case Fault.Oversized(var bytes) -> changed(answer.get(), json -> padded(json, bytes));
    };
  }

  private static HttpResponse page(int status) {
    String title = "<title>" + status + "</title>";
    String html = "<html><head>" + title + "</head><body>Not KMS.</body></html>\n";
    return HttpResponse.html(status, html);
  }

  private static HttpResponse malformed(HttpResponse answer) {
    String body = answer.body();
    return answer.withBody(body.substring(0, body.length() - 1));
  }

  /** The answer with its JSON object changed; an answer that is no JSON object stays as it is. */
  private static ServerReply changed(HttpResponse answer, UnaryOperator<JsonObject> change) {
    if (!answer.body().startsWith("{")) {
      return new ServerReply.Complete(answer);
    }
    JsonObject json = JsonParser.parseString(answer.body()).getAsJsonObject();
    return new ServerReply.Complete(answer.withBody(change.apply(json).toString()));
  }

  /** A name with a dot is that of a field inside another. */
  private static JsonObject without(JsonObject json, String field) {
    String[] names = field.split("\\.", 2);
    if (names.length == 1) {
      json.remove(field);
    } else if (json.get(names[0]) instanceof JsonObject inner) {
      without(inner, names[1]);
    }
    return json;
  }

  private static JsonObject retyped(JsonObject json) {
    var other = new JsonObject();
    json.entrySet().forEach(field -> other.add(field.getKey(), retyped(field.getValue())));
    return other;
  }

  private static JsonElement retyped(JsonElement value) {
    if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()) {
      var object = new JsonObject();
      object.add("value", value);
      return object;
    }
    return new JsonPrimitive(value.toString());
  }

  private static JsonObject padded(JsonObject json, int bytes) {
    json.addProperty("Padding", "x".repeat(bytes));
    return json;
  }
}
