package dev.kmsagent.adapters.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.SecretQuery;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An answer other than 2xx. KMS's error body is {@code {"Code","Message","RequestId"}}. An answer
 * without a code and a request id comes from something in between, such as a proxy or a web filter:
 * its status is reported, and it is no refusal.
 */
final class ErrorAnswer {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final int MAX_MESSAGE = 1024;
  private static final int MAX_ID = 128;

  private ErrorAnswer() {}

  /**
   * What the answer means for the secret.
   *
   * @param keyId of the key that signed the request
   */
  static NoSecret read(
      SecretQuery query, String keyId, int status, HttpHeaders headers, byte[] body) {
    var answer = StrictJson.object(body).orElseGet(JsonObject::new);
    var error = error(status, headers, answer);
    var isOfKms =
        code(answer).isPresent()
            && StrictJson.string(answer, "RequestId").filter(id -> !id.isBlank()).isPresent();
    var kind = isOfKms ? ErrorKind.of(error) : ErrorKind.byStatus(status, ErrorKind.FOREIGN);
    return kind.outcome(error, query, keyId);
  }

  private static Optional<String> code(JsonObject answer) {
    return StrictJson.string(answer, "Code").filter(CODE.asMatchPredicate());
  }

  static KmsError error(int status, HttpHeaders headers, JsonObject answer) {
    return new KmsError(
        status,
        code(answer).orElse(Integer.toString(status)),
        StrictJson.string(answer, "Message")
            .map(text -> cut(text, MAX_MESSAGE))
            .orElse("KMS answered " + status + "."),
        StrictJson.string(answer, "RequestId")
            .or(() -> headers.firstValue("x-acs-request-id"))
            .map(text -> cut(text, MAX_ID))
            .orElse(""));
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}
