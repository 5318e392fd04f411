package dev.kmsagent.emulator.control;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import dev.kmsagent.emulator.gateway.ActiveFaults.ActiveFault;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Reads and writes faults as JSON: {@code fault} names the kind; the other fields are its
 * parameters, the calls that it affects, and its end.
 */
final class FaultJson {
  private static final String KNOWN =
      "latency, hang, drip, reset, truncated, throttled, failure, html, empty, redirect, malformed,"
          + " incomplete, wrong-types, oversized";

  private static final Gson GSON =
      new GsonBuilder()
          .registerTypeAdapter(
              Duration.class,
              (JsonSerializer<Duration>) (span, _, _) -> new JsonPrimitive(span.toMillis()))
          .create();

  private FaultJson() {}

  /** Reads a fault; {@code throttled} is that of the service. */
  static FaultRule read(JsonFields fields, Fault throttled) {
    var rule = FaultRule.of(fault(fields.text("fault"), fields, throttled));
    rule = fields.has("secret") ? rule.onSecret(fields.text("secret")) : rule;
    rule = fields.has("action") ? rule.onAction(fields.text("action")) : rule;
    rule = fields.has("times") ? rule.times(fields.number("times")) : rule;
    rule = fields.has("seconds") ? rule.lasting(fields.seconds()) : rule;
    fields.requireNothingLeft();
    return rule;
  }

  private static Fault fault(String kind, JsonFields fields, Fault throttled) {
    return switch (kind) {
      case "latency" -> new Fault.Latency(fields.millis());
      case "hang" -> new Fault.Hang();
      case "drip" -> new Fault.Drip(fields.millis());
      case "reset" -> new Fault.Reset();
      case "truncated" -> new Fault.Truncated(fields.number("bytes"));
      case "throttled" -> throttled;
      case "failure" ->
          new Fault.Failure(
              fields.number("status"),
              fields.text("code"),
              fields.has("message") ? fields.text("message") : null);
      case "html" -> new Fault.Html(fields.number("status"));
      case "empty" -> new Fault.Empty(fields.number("status"));
      case "redirect" -> new Fault.Redirect(fields.text("location"));
      case "malformed" -> new Fault.Malformed();
      case "incomplete" -> new Fault.Incomplete(fields.text("field"));
      case "wrong-types" -> new Fault.WrongTypes();
      case "oversized" -> new Fault.Oversized(fields.number("bytes"));
      default -> throw fields.refused("fault", "must be one of " + KNOWN);
    };
  }

  static JsonObject write(ActiveFault active) {
    FaultRule rule = active.rule();
    JsonObject json = write(rule.fault());
    json.addProperty("number", active.number());
    if (rule.secretName() != null) {
      json.addProperty("secret", rule.secretName());
    }
    if (rule.action() != null) {
      json.addProperty("action", rule.action());
    }
    if (active.callsLeft() < Long.MAX_VALUE) {
      json.addProperty("callsLeft", active.callsLeft());
    }
    if (active.ends().isBefore(Instant.MAX)) {
      json.addProperty("ends", active.ends().toString());
    }
    return json;
  }

  /** The kind is the name of the fault's type; the parameters are its components. */
  static JsonObject write(Fault fault) {
    var json = new JsonObject();
    String type = fault.getClass().getSimpleName();
    json.addProperty("fault", type.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT));
    GSON.toJsonTree(fault).getAsJsonObject().asMap().forEach(json::add);
    return json;
  }
}
