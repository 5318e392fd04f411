package dev.kmsagent.emulator.protocol;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import java.util.List;
import java.util.Optional;

/** Reads HMAC-SHA1 signatures from the parameters of query and form body. */
final class V1Signatures {
  private static final List<String> MANDATORY =
      List.of("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce");

  private V1Signatures() {}

  static boolean presentIn(Parameters parameters) {
    return parameters.get("AccessKeyId").isPresent() || parameters.get("Signature").isPresent();
  }

  static Result<RequestSignature> read(HttpRequest request, Parameters parameters) {
    return Result.unless(problem(parameters), signature(request, parameters));
  }

  private static Optional<ApiError> problem(Parameters parameters) {
    Optional<String> missing = parameters.firstMissing(MANDATORY);
    if (missing.isPresent()) {
      return missing.map(ApiErrors::missing);
    }
    if (parameters.get("Timestamp").isEmpty()) {
      return Optional.of(ApiErrors.missingTimestamp("Timestamp"));
    }
    return parameters
        .get("SignatureMethod")
        .filter(method -> !method.equals("HMAC-SHA1"))
        .map(ApiErrors::unsupportedSignature);
  }

  private static RequestSignature signature(HttpRequest request, Parameters parameters) {
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
