package dev.kmsagent.emulator.control;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The faults and calls of each service, and the start and stop of the services besides KMS. The
 * parameter {@code service} names one.
 */
final class ServiceControl {
  private static final int CALLS_SHOWN = 50;
  private static final Gson GSON = new Gson();

  private final FaultingDispatcher kms;
  private final Map<ServiceName, EmulatedService> others;

  /** Controls KMS and the services besides it. */
  ServiceControl(FaultingDispatcher kms, Map<ServiceName, EmulatedService> others) {
    this.kms = kms;
    this.others = Map.copyOf(others);
  }

  Result<HttpResponse> faults(Parameters parameters) {
    return dispatcher(parameters)
        .then(
            service ->
                ControlResponses.list(
                    "faults", service.faults().active().stream().map(FaultJson::write)));
  }

  Result<HttpResponse> addFault(Parameters parameters, String body) {
    boolean isSts = parameters.get("service").filter("sts"::equals).isPresent();
    Fault throttled = isSts ? Fault.throttledSts() : Fault.throttled();
    return dispatcher(parameters)
        .then(
            service ->
                JsonFields.parse(body)
                    .then(fields -> FaultJson.read(fields, throttled))
                    .map(service.faults()::add)
                    .then(added -> ControlResponses.json(201, FaultJson.write(added))));
  }

  Result<HttpResponse> clearFaults(Parameters parameters) {
    return dispatcher(parameters).then(service -> clear(service, parameters.get("number")));
  }

  private static Result<HttpResponse> clear(FaultingDispatcher service, Optional<String> number) {
    try {
      number.map(Long::parseLong).ifPresentOrElse(service.faults()::clear, service.faults()::clear);
      return ControlResponses.noContent();
    } catch (NumberFormatException _) {
      return ControlResponses.invalid("number must be that of a fault");
    }
  }

  Result<HttpResponse> calls(Parameters parameters) {
    return dispatcher(parameters)
        .then(service -> ControlResponses.json(200, json(service.calls())));
  }

  /** The counts of the calls, and the latest ones. */
  private static JsonObject json(CallLog calls) {
    var json = new JsonObject();
    json.addProperty("total", calls.total());
    json.add("actions", GSON.toJsonTree(calls.actions()));
    json.add("secrets", GSON.toJsonTree(calls.secrets()));
    List<Call> latest = calls.latest();
    json.add(
        "latest",
        latest.stream()
            .skip(Math.max(0, latest.size() - CALLS_SHOWN))
            .map(ServiceControl::json)
            .collect(JsonArray::new, JsonArray::add, JsonArray::addAll));
    return json;
  }

  private static JsonObject json(Call call) {
    var json = new JsonObject();
    json.addProperty("at", call.at().toString());
    json.addProperty("requestId", call.requestId());
    json.addProperty("action", call.action());
    json.addProperty("secret", call.secretName());
    json.addProperty("signature", call.scheme().name());
    json.addProperty("accessKeyId", call.accessKeyId());
    json.addProperty("version", call.secret().version());
    json.addProperty("stage", call.secret().stage());
    call.status().ifPresent(status -> json.addProperty("status", status));
    switch (call.outcome()) {
      case Call.Outcome.Served() -> json.addProperty("outcome", "served");
      case Call.Outcome.Refused(_, var code) -> {
        json.addProperty("outcome", "refused");
        json.addProperty("code", code);
      }
      case Call.Outcome.Faulted(var fault) -> {
        json.addProperty("outcome", "faulted");
        json.add("by", FaultJson.write(fault));
      }
    }
    return json;
  }

  Result<HttpResponse> clearCalls(Parameters parameters) {
    return dispatcher(parameters)
        .then(
            service -> {
              service.calls().clear();
              return ControlResponses.noContent();
            });
  }

  Result<HttpResponse> stop(Parameters parameters) {
    return other(parameters).then(service -> ControlResponses.run(service::stop));
  }

  Result<HttpResponse> start(Parameters parameters) {
    return other(parameters).then(service -> ControlResponses.run(service::start));
  }

  private Result<FaultingDispatcher> dispatcher(Parameters parameters) {
    String name = parameters.get("service").orElse(ServiceName.KMS.lowerCase());
    return name.equals(ServiceName.KMS.lowerCase())
        ? Result.done(kms)
        : other(parameters).map(EmulatedService::dispatcher);
  }

  private Result<EmulatedService> other(Parameters parameters) {
    String name = parameters.get("service").orElse("");
    return others.entrySet().stream()
        .filter(service -> service.getKey().lowerCase().equals(name))
        .map(service -> Result.done(service.getValue()))
        .findFirst()
        .orElseGet(() -> ControlResponses.invalid("service must be " + names()));
  }

  private String names() {
    return Stream.concat(Stream.of(ServiceName.KMS), others.keySet().stream())
        .map(ServiceName::lowerCase)
        .sorted()
        .collect(Collectors.joining(" or ", "", "; kms is neither stopped nor started"));
  }
}
