package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.ActiveFault;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.time.Instant;

/**
 * Faults as JSON: {@code fault} names the kind, the other fields are its parts, its scope and its
 * end.
 */
final class FaultJson {
  private static final String KNOWN =
      "latency, hang, drip, reset, truncated, throttled, failure, html, empty, redirect, malformed,"
          + " incomplete, wrong-types, oversized";

  private FaultJson() {}

  static Result<FaultRule> read(JsonFields fields) {
    return fields
        .text("fault")
        .then(kind -> fault(kind, fields))
        .then(fault -> scoped(FaultRule.of(fault), fields))
        .then(fields::nothingLeft);
  }

  private static Result<Fault> fault(String kind, JsonFields fields) {
    return switch (kind) {
      case "latency" -> fields.millis("millis").map(Fault.Latency::new);
      case "hang" -> new Result.Done<>(new Fault.Hang());
      case "drip" -> fields.millis("millis").map(Fault.Drip::new);
      case "reset" -> new Result.Done<>(new Fault.Reset());
      case "truncated" -> fields.number("bytes").map(Fault.Truncated::new);
      case "throttled" -> new Result.Done<>(Fault.throttled());
      case "failure" ->
          fields
              .status("status")
              .then(status -> fields.text("code").map(code -> new Fault.Failure(status, code)));
      case "html" -> fields.status("status").map(Fault.Html::new);
      case "empty" -> fields.status("status").map(Fault.Empty::new);
      case "redirect" -> fields.text("location").map(Fault.Redirect::new);
      case "malformed" -> new Result.Done<>(new Fault.Malformed());
      case "incomplete" -> fields.text("field").map(Fault.Incomplete::new);
      case "wrong-types" -> new Result.Done<>(new Fault.WrongTypes());
      case "oversized" -> fields.number("bytes").map(Fault.Oversized::new);
      default -> fields.refused("fault", "must be one of " + KNOWN);
    };
  }

  private static Result<FaultRule> scoped(FaultRule rule, JsonFields fields) {
    Result<FaultRule> scoped = new Result.Done<>(rule);
    if (fields.has("secret")) {
      scoped = scoped.then(r -> fields.text("secret").map(r::onSecret));
    }
    if (fields.has("action")) {
      scoped = scoped.then(r -> fields.text("action").map(r::onAction));
    }
    if (fields.has("times")) {
      scoped = scoped.then(r -> fields.number("times").map(r::times));
    }
    if (fields.has("seconds")) {
      scoped = scoped.then(r -> fields.number("seconds").map(Duration::ofSeconds).map(r::lasting));
    }
    return scoped;
  }

  static JsonObject write(ActiveFault active) {
    JsonObject json = write(active.rule().fault());
    json.addProperty("number", active.number());
    active.rule().secret().ifPresent(name -> json.addProperty("secret", name));
    active.rule().onlyAction().ifPresent(action -> json.addProperty("action", action));
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

  private static JsonObject kind(String name, String part, Number value) {
    JsonObject json = kind(name);
    json.addProperty(part, value);
    return json;
  }

  private static JsonObject kind(String name, String part, String value) {
    JsonObject json = kind(name);
    json.addProperty(part, value);
    return json;
  }
}
