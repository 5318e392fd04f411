package dev.kmsagent.emulator.control;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The faults and calls of each service, and the services beside KMS themselves; the parameter
 * {@code service} says which is meant.
 */
public final class ServiceControl {
  private final FaultingDispatcher kms;
  private final Map<ServiceName, EmulatedService> others;

  /** Controls what happens at KMS's desk, and the services beside it. */
  public ServiceControl(FaultingDispatcher kms, Map<ServiceName, EmulatedService> others) {
    this.kms = kms;
    this.others = Map.copyOf(others);
  }

  Result<HttpResponse> faults(Parameters parameters) {
    return desk(parameters)
        .then(
            desk ->
                ControlResponses.list(
                    "faults", desk.faults().active().stream().map(FaultJson::write)));
  }

  Result<HttpResponse> addFault(Parameters parameters, String body) {
    return desk(parameters)
        .then(
            desk ->
                JsonFields.parse(body)
                    .then(FaultJson::read)
                    .map(desk.faults()::add)
                    .then(added -> ControlResponses.json(201, FaultJson.write(added))));
  }

  Result<HttpResponse> clearFaults(Parameters parameters) {
    return desk(parameters).then(desk -> clearFaults(desk, parameters.get("number")));
  }

  private static Result<HttpResponse> clearFaults(
      FaultingDispatcher desk, Optional<String> number) {
    if (number.isEmpty()) {
      desk.faults().clear();
      return ControlResponses.nothing();
    }
    try {
      desk.faults().clear(Long.parseLong(number.get()));
      return ControlResponses.nothing();
    } catch (NumberFormatException _) {
      return ControlResponses.invalid("number must be that of a fault");
    }
  }

  Result<HttpResponse> calls(Parameters parameters) {
    return desk(parameters).then(desk -> ControlResponses.json(200, CallJson.write(desk.calls())));
  }

  Result<HttpResponse> clearCalls(Parameters parameters) {
    return desk(parameters)
        .then(
            desk -> {
              desk.calls().clear();
              return ControlResponses.nothing();
            });
  }

  Result<HttpResponse> stop(Parameters parameters) {
    return other(parameters).then(service -> switched(service::stop));
  }

  Result<HttpResponse> start(Parameters parameters) {
    return other(parameters).then(service -> switched(service::start));
  }

  private interface Switch {
    void turn() throws IOException;
  }

  private static Result<HttpResponse> switched(Switch way) {
    try {
      way.turn();
      return ControlResponses.nothing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result<FaultingDispatcher> desk(Parameters parameters) {
    String name = parameters.get("service").orElse("kms");
    return name.equals("kms")
        ? new Result.Done<>(kms)
        : other(parameters).map(EmulatedService::desk);
  }

  private Result<EmulatedService> other(Parameters parameters) {
    String name = parameters.get("service").orElse("");
    return Stream.of(ServiceName.values())
        .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
        .flatMap(known -> Optional.ofNullable(others.get(known)).stream())
        .findFirst()
        .<Result<EmulatedService>>map(Result.Done::new)
        .orElseGet(
            () ->
                ControlResponses.invalid("service must be one that this emulator has: " + names()));
  }

  private String names() {
    return others.keySet().stream()
        .map(name -> name.name().toLowerCase(Locale.ROOT))
        .sorted()
        .toList()
        .toString();
  }
}
