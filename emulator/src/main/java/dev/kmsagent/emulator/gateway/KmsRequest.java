package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.KmsError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;

/**
 * A request read as a call of the KMS API: the action of header or parameter, query and form body
 * together.
 */
record KmsRequest(String action, Parameters parameters) {

  static Result<KmsRequest> read(HttpRequest request) {
    try {
      Parameters query = Parameters.parse(request.query());
      Parameters all = query.and(Parameters.parse(request.body().utf8()));
      String action =
          request.headers().first("x-acs-action").or(() -> all.get("Action")).orElse("");
      return new Result.Done<>(new KmsRequest(action, all));
    } catch (IllegalArgumentException _) {
      return new Result.Refused<>(
          new KmsError(
              400,
              "ParseRequestParameterException",
              "Server parse parameters exception. Please check your input params."));
    }
  }

  String secretName() {
    return parameters.secretName();
  }
}
