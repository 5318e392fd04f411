package dev.kmsagent.adapters.kms;

import com.aliyun.core.http.HttpResponse;
import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.domain.KmsError;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads KMS's error envelope, {@code {"Code","Message","RequestId"}}. What is missing in it, or all
 * of it where a load balancer answers with a page of its own, is made up for by the status.
 */
final class ErrorAnswer {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final int MAX_MESSAGE = 1024;

  private ErrorAnswer() {}

  static KmsError read(HttpResponse answer) {
    var status = answer.getStatusCode();
    var body = Json.object(answer.getBodyAsByteArray()).orElseGet(JsonObject::new);
    var header = Optional.ofNullable(answer.getHeaderValue("x-acs-request-id"));
    return new KmsError(
        status,
        Json.string(body, "Code").filter(CODE.asMatchPredicate()).orElse(Integer.toString(status)),
        Json.string(body, "Message").map(ErrorAnswer::cut).orElse("KMS answered " + status + "."),
        Json.string(body, "RequestId").or(() -> header).map(ErrorAnswer::cut).orElse(""));
  }

  private static String cut(String text) {
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE);
  }
}
