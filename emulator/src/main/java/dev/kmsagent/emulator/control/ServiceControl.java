package dev.kmsagent.emulator.control;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.Parameters;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The faults and calls of each service, and the start and stop of the services besides KMS. The
 * parameter {@code service} names one.
 */
final class ServiceControl {
  private static final int CALLS_SHOWN = 50;
  private static final Gson GSON = new Gson();

  private final Map<ServiceName, EmulatedService> services;

  /** Controls these services, which may be started later. */
  ServiceControl(Map<ServiceName, EmulatedService> services) {
    this.services = services;
  }

  HttpResponse faults(Parameters parameters) {
    var active = service(parameters).faults().active();
    return ControlResponses.list("faults", active.stream().map(FaultJson::write));
  }

  HttpResponse addFault(Parameters parameters, String body) {
    boolean isSts = parameters.get("service").filter("sts"::equals).isPresent();
    Fault throttled = isSts ? Fault.throttledSts() : Fault.throttled();
    var rule = FaultJson.read(JsonFields.parse(body), throttled);
    return ControlResponses.json(201, FaultJson.write(service(parameters).faults().add(rule)));
  }

  HttpResponse clearFaults(Parameters parameters) {
    var faults = service(parameters).faults();
    parameters.get("number").map(Long::parseLong).ifPresentOrElse(faults::clear, faults::clear);
    return HttpResponse.empty(204);
  }

  HttpResponse calls(Parameters parameters) {
    return ControlResponses.json(200, json(service(parameters).calls()));
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

  HttpResponse clearCalls(Parameters parameters) {
    service(parameters).calls().clear();
    return HttpResponse.empty(204);
  }

  HttpResponse stop(Parameters parameters) throws IOException {
    other(parameters).stop();
    return HttpResponse.empty(204);
  }

  HttpResponse start(Parameters parameters) throws IOException {
    other(parameters).start();
    return HttpResponse.empty(204);
  }

  private EmulatedService service(Parameters parameters) {
    return service(parameters.get("service").orElse(ServiceName.KMS.lowerCase()));
  }

  /** A service that can be stopped without an end of this API. */
  private EmulatedService other(Parameters parameters) {
    var name = parameters.get("service").filter(it -> !it.equals(ServiceName.KMS.lowerCase()));
    return service(name.orElse(""));
  }

  private EmulatedService service(String name) {
    return services.entrySet().stream()
        .filter(service -> service.getKey().lowerCase().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> ControlResponses.invalid("service must be " + names()));
  }

  private String names() {
    return services.keySet().stream()
        .map(ServiceName::lowerCase)
        .collect(Collectors.joining(" or ", "", "; kms is neither stopped nor started"));
  }
}
