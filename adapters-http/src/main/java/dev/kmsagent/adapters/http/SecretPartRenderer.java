package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.JsonText;
import dev.kmsagent.adapters.http.request.SecretPart;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.Representation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * Renders a part of a secret from the rendered answer that the cache has. Its entity tag is a hash
 * of the part's name, the version and the date of creation, never of the value. Thread-safe.
 */
record SecretPartRenderer(Dialect dialect) {
  private static final HttpField TEXT =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
  private static final HttpField BINARY =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/octet-stream");

  /** The result of rendering. */
  sealed interface Rendering {
    /** The part, as the client receives it. */
    record Part(Representation representation, HttpField contentType) implements Rendering {}

    /** The secret has no such part. */
    record Missing(Failure failure) implements Rendering {}
  }

  /** The value, byte for byte. */
  Rendering bytes(CacheEntry entry) {
    var value = value(entry);
    var tag = entityTag(entry, value, "");
    var content = value.content().reveal();
    return switch (value.type()) {
      case TEXT -> text(content, tag);
      case BINARY -> binary(content, tag);
    };
  }

  private static Rendering binary(String base64, String tag) {
    try {
      var bytes = Base64.getDecoder().decode(base64);
      return new Rendering.Part(new Representation(bytes, tag), BINARY);
    } catch (IllegalArgumentException malformed) {
      return new Rendering.Missing(
          Failure.of(502, "UpstreamUnavailable", "the binary data that KMS gave is not base64"));
    }
  }

  private static Rendering text(String text, String tag) {
    return new Rendering.Part(new Representation(text.getBytes(StandardCharsets.UTF_8), tag), TEXT);
  }

  /** A field of a value that is a JSON object. */
  Rendering field(CacheEntry entry, SecretPart.Field field) {
    var value = value(entry);
    return object(value)
        .map(object -> field(object, field, entityTag(entry, value, field.name())))
        .orElseGet(
            () ->
                new Rendering.Missing(
                    Failure.invalidParameter("the secret is no JSON object, so it has no fields")));
  }

  private static Optional<JsonText> object(Dialect.Value value) {
    return switch (value.type()) {
      case TEXT -> JsonText.object(value.content().reveal());
      case BINARY -> Optional.empty();
    };
  }

  private static Rendering field(JsonText object, SecretPart.Field field, String tag) {
    return object
        .member(field.name())
        .filter(member -> !member.isNull())
        .map(member -> text(member.plain(), tag))
        .orElseGet(() -> new Rendering.Missing(Failure.noSuchField()));
  }

  /** When the secret was created, as {@link Dialect.Value} has it. */
  String created(CacheEntry entry) {
    return value(entry).created();
  }

  private Dialect.Value value(CacheEntry entry) {
    var body = StandardCharsets.UTF_8.decode(entry.representation().body());
    return dialect.value(new JsonText(body.toString()));
  }

  /** No part of it holds a line feed. */
  private static String entityTag(CacheEntry entry, Dialect.Value value, String part) {
    var version = entry.secret().version().value();
    var text = String.join("\n", part, version, value.created());
    return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text)) + '"';
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException broken) {
      throw new IllegalStateException("every Java platform has SHA-256", broken);
    }
  }
}
