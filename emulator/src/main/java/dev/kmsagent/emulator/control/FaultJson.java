package dev.kmsagent.emulator.control;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.ActiveFaults.ActiveFault;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Instant;

/**
 * Reads and writes faults as JSON: {@code fault} names the kind; the other fields are its
 * parameters, the calls that it affects, and its end.
 */
final class FaultJson {
  private static final String KNOWN =
      "latency, hang, drip, reset, truncated, throttled, failure, html, empty, redirect, malformed,"
          + " incomplete, wrong-types, oversized";

  private static final Gson GSON = new Gson();

  private FaultJson() {}

  static Result<FaultRule> read(JsonFields fields) {
    return fields
        .text("fault")
        .then(kind -> fault(kind, fields))
        .then(fault -> limited(FaultRule.of(fault), fields))
        .then(fields::nothingLeft);
  }

  private static Result<Fault> fault(String kind, JsonFields fields) {
    return switch (kind) {
      case "latency" -> fields.millis("millis").map(Fault.Latency::new);
      case "hang" -> Result.done(new Fault.Hang());
      case "drip" -> fields.millis("millis").map(Fault.Drip::new);
      case "reset" -> Result.done(new Fault.Reset());
      case "truncated" -> fields.number("bytes").map(Fault.Truncated::new);
      case "throttled" -> Result.done(Fault.throttled());
      case "failure" ->
          fields
              .status("status")
              .then(status -> fields.text("code").map(code -> new Fault.Failure(status, code)));
      case "html" -> fields.status("status").map(Fault.Html::new);
      case "empty" -> fields.status("status").map(Fault.Empty::new);
      case "redirect" -> fields.text("location").map(Fault.Redirect::new);
      case "malformed" -> Result.done(new Fault.Malformed());
      case "incomplete" -> fields.text("field").map(Fault.Incomplete::new);
      case "wrong-types" -> Result.done(new Fault.WrongTypes());
      case "oversized" -> fields.number("bytes").map(Fault.Oversized::new);
      default -> fields.refused("fault", "must be one of " + KNOWN);
    };
  }

  private static Result<FaultRule> limited(FaultRule rule, JsonFields fields) {
    return fields
        .ifPresent("secret", rule, r -> fields.text("secret").map(r::onSecret))
        .then(of -> fields.ifPresent("action", of, r -> fields.text("action").map(r::onAction)))
        .then(of -> fields.ifPresent("times", of, r -> fields.number("times").map(r::times)))
        .then(
            of -> fields.ifPresent("seconds", of, r -> fields.seconds("seconds").map(r::lasting)));
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

  static JsonObject write(Fault fault) {
    return switch (fault) {
      case Fault.Latency(var delay) -> kind("latency", "millis", delay.toMillis());
      case Fault.Hang() -> kind("hang");
      case Fault.Drip(var interval) -> kind("drip", "millis", interval.toMillis());
      case Fault.Reset() -> kind("reset");
      case Fault.Truncated(var bytes) -> kind("truncated", "bytes", bytes);
      case Fault.Failure(var status, var code) -> {
        JsonObject json = kind("failure", "status", status);
        json.addProperty("code", code);
        yield json;
      }
      case Fault.Html(var status) -> kind("html", "status", status);
      case Fault.Empty(var status) -> kind("empty", "status", status);
      case Fault.Redirect(var location) -> kind("redirect", "location", location);
      case Fault.Malformed() -> kind("malformed");
      case Fault.Incomplete(var field) -> kind("incomplete", "field", field);
      case Fault.WrongTypes() -> kind("wrong-types");
      case Fault.Oversized(var bytes) -> kind("oversized", "bytes", bytes);
    };
  }

  private static JsonObject kind(String name) {
    var json = new JsonObject();
    json.addProperty("fault", name);
    return json;
  }

  private static JsonObject kind(String name, String parameter, Object value) {
    JsonObject json = kind(name);
    json.add(parameter, GSON.toJsonTree(value));
    return json;
  }
}
