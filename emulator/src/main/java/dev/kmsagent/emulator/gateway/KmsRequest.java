package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.Parameters;

/**
 * A request read as a call of the KMS API: the action of header or parameter, query and form body
 * together.
 */
record KmsRequest(String action, Parameters parameters) {

  static KmsRequest of(HttpRequest request) {
    Parameters parameters =
        Parameters.parse(request.query()).and(Parameters.parse(request.body().utf8()));
    String action =
        request.headers().first("x-acs-action").or(() -> parameters.get("Action")).orElse("");
    return new KmsRequest(action, parameters);
  }

  String secretName() {
    return parameters.secretName();
  }
}
