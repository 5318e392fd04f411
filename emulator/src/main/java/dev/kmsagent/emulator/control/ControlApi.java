package dev.kmsagent.emulator.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.faults.FaultBook;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.secrets.SecretStore;
import java.util.Optional;

/**
 * Answers under {@code /_emulator}, unsigned, and hands every other request on. It shows no
 * secret's value, and answers no page in a browser, which could reach loopback too. Safe for many
 * threads.
 */
public final class ControlApi implements HttpHandler {
  private static final String PATH = "/_emulator";

  private static final String HELP =
      """
      GET    /_emulator/faults            the faults in force
      POST   /_emulator/faults            {"fault":"latency","millis":500,"secret":"..","times":3,"seconds":60}
      DELETE /_emulator/faults            clears all; ?number=1 clears one
      GET    /_emulator/calls             counts and the latest calls
      DELETE /_emulator/calls             counts from zero
      GET    /_emulator/secrets           the secrets, without values
      POST   /_emulator/rotate?name=..    a new version; also delete, restore, deny, allow
      """;

  private final FaultBook faults;
  private final CallLog calls;
  private final SecretControl secrets;
  private final HttpHandler rest;

  /** Controls these, and hands on to {@code rest}. */
  public ControlApi(FaultBook faults, CallLog calls, SecretStore store, HttpHandler rest) {
    this.rest = rest;
    this.faults = faults;
    this.calls = calls;
    this.secrets = new SecretControl(store);
  }

  @Override
  public Reply handle(HttpRequest request) {
    return request.path().startsWith(PATH)
        ? new Reply.Whole(control(request))
        : rest.handle(request);
  }

  private HttpResponse control(HttpRequest request) {
    return switch (BrowserGuard.check(request).then(this::route)) {
      case Result.Done<HttpResponse>(var response) -> response;
      case Result.Refused<HttpResponse>(var error) -> refusal(error);
    };
  }

  private Result<HttpResponse> route(HttpRequest request) {
    try {
      return route(request, Parameters.parse(request.query()));
    } catch (IllegalArgumentException _) {
      return invalid("the query is not form-encoded");
    }
  }

  private Result<HttpResponse> route(HttpRequest request, Parameters parameters) {
    String route = request.method() + " " + request.path().substring(PATH.length());
    return switch (route) {
      case "GET ", "GET /" -> new Result.Done<>(HttpResponse.text(200, HELP));
      case "GET /faults" -> json(200, faults());
      case "POST /faults" -> addFault(request);
      case "DELETE /faults" -> clearFaults(parameters);
      case "GET /calls" -> json(200, CallJson.write(calls));
      case "DELETE /calls" -> clearCalls();
      case "GET /secrets" -> json(200, secrets.list());
      default ->
          secrets
              .change(route, parameters.get("name").orElse(""))
              .then(changed -> json(200, changed));
    };
  }

  private JsonObject faults() {
    var array = new JsonArray();
    faults.active().stream().map(FaultJson::write).forEach(array::add);
    var json = new JsonObject();
    json.add("faults", array);
    return json;
  }

  private Result<HttpResponse> addFault(HttpRequest request) {
    return JsonFields.parse(request.body().utf8())
        .then(FaultJson::read)
        .then(rule -> json(201, FaultJson.write(faults.add(rule))));
  }

  private Result<HttpResponse> clearFaults(Parameters parameters) {
    Optional<String> number = parameters.get("number");
    if (number.isEmpty()) {
      faults.clear();
      return nothing();
    }
    try {
      faults.clear(Long.parseLong(number.get()));
      return nothing();
    } catch (NumberFormatException _) {
      return invalid("number must be that of a fault");
    }
  }

  private Result<HttpResponse> clearCalls() {
    calls.clear();
    return nothing();
  }

  private static Result<HttpResponse> nothing() {
    return new Result.Done<>(HttpResponse.bare(204));
  }

  private static Result<HttpResponse> json(int status, JsonObject document) {
    return new Result.Done<>(HttpResponse.json(status, document + "\n"));
  }

  private static Result<HttpResponse> invalid(String problem) {
    return new Result.Refused<>(new ApiError(400, "InvalidParameter", problem));
  }

  private static HttpResponse refusal(ApiError error) {
    var json = new JsonObject();
    json.addProperty("Code", error.code());
    json.addProperty("Message", error.message());
    return HttpResponse.json(error.status(), json + "\n");
  }
}
