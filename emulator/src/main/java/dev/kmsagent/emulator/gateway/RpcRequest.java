package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Set;

/**
 * A request read as a call of an API: what V3 says in headers and V1 in parameters, of query and
 * form body.
 */
public record RpcRequest(String action, String version, Parameters parameters) {
  private static final Set<String> METHODS = Set.of("GET", "POST");

  static Result<RpcRequest> read(HttpRequest request) {
    if (!METHODS.contains(request.method())) {
      return refused(403, "UnsupportedHTTPMethod", "This http method is not supported.");
    }
    try {
      return new Result.Done<>(parse(request));
    } catch (IllegalArgumentException _) {
      return refused(
          400,
          "ParseRequestParameterException",
          "Server parse parameters exception. Please check your input params.");
    }
  }

  private static RpcRequest parse(HttpRequest request) {
    Parameters query = Parameters.parse(request.query());
    Parameters all = query.and(Parameters.parse(request.body().utf8()));
    return new RpcRequest(
        headerOr(request, "x-acs-action", all, "Action"),
        headerOr(request, "x-acs-version", all, "Version"),
        all);
  }

  private static String headerOr(
      HttpRequest request, String header, Parameters parameters, String parameter) {
    return request.headers().first(header).or(() -> parameters.get(parameter)).orElse("");
  }

  /** The request itself, if it is for this version of the API. */
  Result<RpcRequest> checked(String spoken) {
    return version.equals(spoken)
        ? new Result.Done<>(this)
        : refused(400, "InvalidVersion", "Specified parameter Version is not valid.");
  }

  /** The secret that it is about; empty where it names none. */
  public String secretName() {
    return parameters.secretName();
  }

  private static Result<RpcRequest> refused(int status, String code, String message) {
    return new Result.Refused<>(new ApiError(status, code, message));
  }
}
