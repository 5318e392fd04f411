package dev.kmsagent.emulator.protocol;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import java.util.List;

/** Reads HMAC-SHA1 signatures from the parameters of query and form body. */
final class V1Signatures {
  private static final List<String> MANDATORY =
      List.of("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce");

  private V1Signatures() {}

  static boolean presentIn(Parameters parameters) {
    return parameters.get("AccessKeyId").isPresent() || parameters.get("Signature").isPresent();
  }

  static RequestSignature read(HttpRequest request, Parameters parameters) {
    parameters.require(MANDATORY);
    ApiErrors.missingTimestamp("Timestamp").unless(parameters.get("Timestamp").isPresent());
    String method = parameters.get("SignatureMethod").orElse("");
    ApiErrors.unsupportedSignature(method).unless(method.equals("HMAC-SHA1"));
    String signed = parameters.without("Signature").canonical();
    return new RequestSignature(
        SignatureScheme.V1,
        parameters.get("AccessKeyId").orElse(""),
        parameters.get("SecurityToken").map(SessionToken::new).orElse(null),
        parameters.get("Timestamp").orElse(""),
        parameters.get("SignatureNonce").orElse(""),
        parameters.get("Signature").orElse(""),
        request.method() + "&%2F&" + Parameters.encode(signed));
  }
}
