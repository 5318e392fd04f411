package dev.kmsagent.emulator.control;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import dev.kmsagent.emulator.gateway.ActiveFaults.ActiveFault;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.protocol.Result;
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
  static Result<FaultRule> read(JsonFields fields, Fault throttled) {
    return fields
        .text("fault")
        .then(kind -> fault(kind, fields, throttled))
        .then(fault -> limited(FaultRule.of(fault), fields))
        .then(fields::nothingLeft);
  }

  private static Result<Fault> fault(String kind, JsonFields fields, Fault throttled) {
    return switch (kind) {
      case "latency" -> fields.millis().map(Fault.Latency::new);
      case "hang" -> Result.done(new Fault.Hang());
      case "drip" -> fields.millis().map(Fault.Drip::new);
      case "reset" -> Result.done(new Fault.Reset());
      case "truncated" -> fields.number("bytes").map(Fault.Truncated::new);
      case "throttled" -> Result.done(throttled);
      case "failure" ->
          fields
              .status()
              .then(status -> fields.text("code").then(code -> failure(status, code, fields)));
      case "html" -> fields.status().map(Fault.Html::new);
      case "empty" -> fields.status().map(Fault.Empty::new);
      case "redirect" -> fields.text("location").map(Fault.Redirect::new);
      case "malformed" -> Result.done(new Fault.Malformed());
      case "incomplete" -> fields.text("field").map(Fault.Incomplete::new);
      case "wrong-types" -> Result.done(new Fault.WrongTypes());
      case "oversized" -> fields.number("bytes").map(Fault.Oversized::new);
      default -> fields.refused("fault", "must be one of " + KNOWN);
    };
  }

  private static Result<Fault> failure(int status, String code, JsonFields fields) {
    return fields.ifPresent(
        "message",
        new Fault.Failure(status, code),
        _ -> fields.text("message").map(message -> new Fault.Failure(status, code, message)));
  }

  private static Result<FaultRule> limited(FaultRule rule, JsonFields fields) {
    return fields
        .ifPresent("secret", rule, r -> fields.text("secret").map(r::onSecret))
        .then(of -> fields.ifPresent("action", of, r -> fields.text("action").map(r::onAction)))
        .then(of -> fields.ifPresent("times", of, r -> fields.number("times").map(r::times)))
        .then(of -> fields.ifPresent("seconds", of, r -> fields.seconds().map(r::lasting)));
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
