package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.emulator.http.Bytes;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.ApiError;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Makes an answer go wrong in the way of a fault. */
public final class FaultInjector {
  private FaultInjector() {}

  /**
   * The reply that a fault makes of {@code right}, which is asked for only where the fault shows
   * any of it; {@code refusal} words a failure as the service would.
   */
  public static Reply of(
      Fault fault, Function<ApiError, HttpResponse> refusal, Supplier<HttpResponse> right) {
    return switch (fault) {
      case Fault.Latency(var delay) -> new Reply.Late(delay, new Reply.Whole(right.get()));
      case Fault.Hang() -> new Reply.Silence();
      case Fault.Drip(var interval) -> new Reply.Dripped(right.get(), interval);
      case Fault.Reset() -> new Reply.Reset();
      case Fault.Truncated(var bytes) -> new Reply.Cut(right.get(), bytes);
      case Fault.Failure(var status, var code) ->
          new Reply.Whole(refusal.apply(new ApiError(status, code, "Injected by the emulator.")));
      case Fault.Html(var status) -> new Reply.Whole(page(status));
      case Fault.Empty(var status) -> new Reply.Whole(HttpResponse.bare(status));
      case Fault.Redirect(var location) -> redirect(location);
      case Fault.Malformed() -> new Reply.Whole(malformed(right.get()));
      case Fault.Incomplete(var field) -> changed(right.get(), json -> without(json, field));
      case Fault.WrongTypes() -> changed(right.get(), FaultInjector::retyped);
      case Fault.Oversized(var bytes) -> changed(right.get(), json -> padded(json, bytes));
    };
  }

  private static Reply redirect(String location) {
    return new Reply.Whole(HttpResponse.bare(302).with("Location", location));
  }

  private static HttpResponse page(int status) {
    String title = "<title>" + status + "</title>";
    String html = "<html><head>" + title + "</head><body>Not KMS.</body></html>\n";
    return new HttpResponse(status, Map.of("Content-Type", "text/html"), Bytes.utf8(html));
  }

  private static HttpResponse malformed(HttpResponse right) {
    return right.withBody(right.body().first(right.body().length() - 1));
  }

  /** The answer with its JSON object changed; one that holds something else as it is. */
  private static Reply changed(HttpResponse right, UnaryOperator<JsonObject> change) {
    String text = right.body().utf8();
    if (!text.startsWith("{")) {
      return new Reply.Whole(right);
    }
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    return new Reply.Whole(right.withBody(Bytes.utf8(change.apply(json).toString())));
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
