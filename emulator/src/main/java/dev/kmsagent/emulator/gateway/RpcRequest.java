package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Parameters;
import java.util.Set;

/**
 * A request as a call of an action. The parameters are those of the query and of the form body; V3
 * requests name action and version in headers.
 */
public record RpcRequest(String action, String version, Parameters parameters) {
  private static final Set<String> METHODS = Set.of("GET", "POST");

  static RpcRequest read(HttpRequest request) {
    ApiErrors.UNSUPPORTED_METHOD.unless(METHODS.contains(request.method()));
    try {
      return parse(request);
    } catch (IllegalArgumentException _) {
      throw ApiErrors.UNREADABLE_PARAMETERS.exception();
    }
  }

  private static RpcRequest parse(HttpRequest request) {
    Parameters query = Parameters.parse(request.query());
    Parameters all = query.and(Parameters.parse(request.body()));
    return new RpcRequest(
        headerOr(request, "x-acs-action", all, "Action"),
        headerOr(request, "x-acs-version", all, "Version"),
        all);
  }

  private static String headerOr(
      HttpRequest request, String header, Parameters parameters, String parameter) {
    return request.header(header).or(() -> parameters.get(parameter)).orElse("");
  }
}
