package dev.kmsagent.adapters.http;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretContent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * Replies with a part of a secret (parameters {@code field} and {@code fields}), which is read from
 * the rendered answer that the cache has. Thread-safe.
 */
record FieldReplies(Replies replies) {
  /** The field that stands for the value, byte for byte. */
  private static final String EXACT_VALUE = ".";

  private static final HttpField TEXT =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
  private static final HttpField BINARY =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/octet-stream");

  private static final Failure NO_OBJECT =
      Failure.invalidParameter("the secret is no JSON object, so it has no fields");
  private static final Failure TOO_DEEP =
      Failure.invalidParameter(
          "the secret is JSON nested deeper than %d levels, of which the agent reads no fields"
              .formatted(Json.MAX_DEPTH));
  private static final Failure NO_BASE64 =
      Failure.of(502, "UpstreamUnavailable", "the binary data that KMS gave is not base64");

  /** Replies to a request for a part. */
  Reply reply(Found found, SecretRequest wanted) {
    var body = StandardCharsets.UTF_8.decode(replies.body(found)).toString();
    var value = replies.dialect().value(body);
    var names = wanted.fields();
    if (names.contains(EXACT_VALUE)) {
      return exact(found, value);
    }
    var content = value.type() == DataType.TEXT ? value.value().reveal() : "";
    var object = Json.parse(content);
    if (object.isEmpty()) {
      return replies.failure(Json.isTooDeep(content) ? TOO_DEEP : NO_OBJECT);
    }
    var part = new JsonObject();
    for (var name : names) {
      var text = Json.text(object.get(), name);
      if (text.isEmpty()) {
        return replies.failure(Failure.noSuchField(name));
      }
      part.addProperty(name, text.get());
    }
    return wanted.isObject()
        ? replies.part(found, ReplyFactory.JSON, utf8(part.toString()))
        : replies.part(found, TEXT, utf8(part.get(names.getFirst()).getAsString()));
  }

  private Reply exact(Found found, SecretContent value) {
    var content = value.value().reveal();
    if (value.type() == DataType.TEXT) {
      return replies.part(found, TEXT, utf8(content));
    }
    try {
      return replies.part(found, BINARY, ByteBuffer.wrap(Base64.getDecoder().decode(content)));
    } catch (IllegalArgumentException malformed) {
      return replies.failure(NO_BASE64);
    }
  }

  private static ByteBuffer utf8(String text) {
    return StandardCharsets.UTF_8.encode(text);
  }
}
