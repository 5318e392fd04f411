package dev.kmsagent.adapters.http;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Retrieval.Found;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * Replies with a part of a secret (parameter {@code field}), which is read from the rendered answer
 * that the cache has. Its entity tag is a hash of the part's name, the version and the date of
 * creation, never of the value. Thread-safe.
 */
record FieldReplies(ReplyFactory replies) {
  /** The field that stands for the value, byte for byte. */
  private static final String EXACT_VALUE = ".";

  private static final HttpField TEXT =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
  private static final HttpField BINARY =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/octet-stream");

  private static final Failure NO_OBJECT =
      Failure.invalidParameter("the secret is no JSON object, so it has no fields");
  private static final Failure NO_BASE64 =
      Failure.of(502, "UpstreamUnavailable", "the binary data that KMS gave is not base64");

  Reply reply(Found found, String field, List<String> ifNoneMatch) {
    var value = value(found.entry());
    if (field.equals(EXACT_VALUE)) {
      return exact(found, value, ifNoneMatch);
    }
    var object = object(value);
    if (object.isEmpty()) {
      return replies.failure(NO_OBJECT);
    }
    var tag = entityTag(found.entry(), value, field);
    return Json.text(object.get(), field)
        .map(text -> replies.secret(part(found, utf8(text), tag), TEXT, ifNoneMatch))
        .orElseGet(() -> replies.failure(Failure.noSuchField()));
  }

  private Reply exact(Found found, Dialect.Value value, List<String> ifNoneMatch) {
    var tag = entityTag(found.entry(), value, "");
    var content = value.content().reveal();
    if (value.type() == DataType.TEXT) {
      return replies.secret(part(found, utf8(content), tag), TEXT, ifNoneMatch);
    }
    try {
      var bytes = Base64.getDecoder().decode(content);
      return replies.secret(part(found, bytes, tag), BINARY, ifNoneMatch);
    } catch (IllegalArgumentException malformed) {
      return replies.failure(NO_BASE64);
    }
  }

  private static Found part(Found found, byte[] body, String tag) {
    return new Found(found.entry().with(new Representation(body, tag)), found.state());
  }

  /** When the secret was created, as {@link Dialect.Value} has it. */
  String created(CacheEntry entry) {
    return value(entry).created();
  }

  private Dialect.Value value(CacheEntry entry) {
    var body = StandardCharsets.UTF_8.decode(replies.representation(entry).body());
    return replies.dialect().value(body.toString());
  }

  private static Optional<JsonObject> object(Dialect.Value value) {
    return value.type() == DataType.TEXT ? Json.parse(value.content().reveal()) : Optional.empty();
  }

  /** No part of it holds a line feed. */
  private static String entityTag(CacheEntry entry, Dialect.Value value, String part) {
    var version = entry.secret().version().value();
    var hash = sha256(String.join("\n", part, version, value.created()));
    return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + '"';
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(utf8(text));
    } catch (NoSuchAlgorithmException broken) {
      throw new IllegalStateException("every Java platform has SHA-256", broken);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
