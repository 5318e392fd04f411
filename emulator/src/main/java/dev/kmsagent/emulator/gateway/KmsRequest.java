package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.KmsError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Set;

/**
 * A request read as a call of the KMS API: what V3 says in headers and V1 in parameters, of query
 * and form body.
 */
record KmsRequest(String action, String version, Parameters parameters) {
  private static final Set<String> METHODS = Set.of("GET", "POST");
  private static final String KMS_VERSION = "2016-01-20";

  static Result<KmsRequest> read(HttpRequest request) {
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

  private static KmsRequest parse(HttpRequest request) {
    Parameters query = Parameters.parse(request.query());
    Parameters all = query.and(Parameters.parse(request.body().utf8()));
    return new KmsRequest(
        headerOr(request, "x-acs-action", all, "Action"),
        headerOr(request, "x-acs-version", all, "Version"),
        all);
  }

  private static String headerOr(
      HttpRequest request, String header, Parameters parameters, String parameter) {
    return request.headers().first(header).or(() -> parameters.get(parameter)).orElse("");
  }

  /** The request itself, if it is for the version of the API that the emulator speaks. */
  Result<KmsRequest> checkedVersion() {
    return version.equals(KMS_VERSION)
        ? new Result.Done<>(this)
        : refused(400, "InvalidVersion", "Specified parameter Version is not valid.");
  }

  String secretName() {
    return parameters.secretName();
  }

  private static Result<KmsRequest> refused(int status, String code, String message) {
    return new Result.Refused<>(new KmsError(status, code, message));
  }
}
