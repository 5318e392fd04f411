package dev.kmsagent.emulator.protocol;

import dev.kmsagent.emulator.http.HttpRequest;
import java.util.List;
import java.util.Optional;

/** Reads HMAC-SHA1 claims out of the parameters of query and form body. */
final class V1Signatures {
  private static final List<String> MANDATORY =
      List.of("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce");

  private V1Signatures() {}

  static boolean presentIn(Parameters parameters) {
    return parameters.get("AccessKeyId").isPresent() || parameters.get("Signature").isPresent();
  }

  static Result<RequestSignature> read(HttpRequest request, Parameters parameters) {
    return problem(parameters)
        .<Result<RequestSignature>>map(Result.Refused::new)
        .orElseGet(() -> new Result.Done<>(claim(request, parameters)));
  }

  private static Optional<ApiError> problem(Parameters parameters) {
    Optional<ApiError> missing =
        MANDATORY.stream()
            .filter(name -> parameters.get(name).isEmpty())
            .findFirst()
            .map(SignatureErrors::missing);
    if (missing.isEmpty() && parameters.get("Timestamp").isEmpty()) {
      return Optional.of(SignatureErrors.missingTimestamp("Timestamp"));
    }
    return missing.or(() -> unsupported(parameters.get("SignatureMethod").orElse("")));
  }

  private static Optional<ApiError> unsupported(String method) {
    return method.equals("HMAC-SHA1")
        ? Optional.empty()
        : Optional.of(SignatureErrors.unsupportedMethod(method));
  }

  private static RequestSignature claim(HttpRequest request, Parameters parameters) {
    return new RequestSignature(
        SignatureScheme.V1,
        parameters.get("AccessKeyId").orElse(""),
        parameters.get("SecurityToken").map(SessionToken::new).orElse(null),
        parameters.get("Timestamp").orElse(""),
        parameters.get("SignatureNonce").orElse(""),
        parameters.get("Signature").orElse(""),
        stringToSign(request, parameters.without("Signature")));
  }

  private static String stringToSign(HttpRequest request, Parameters signed) {
    return request.method() + "&%2F&" + Parameters.encode(signed.canonical());
  }
}
