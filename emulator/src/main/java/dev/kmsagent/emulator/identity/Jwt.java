package dev.kmsagent.emulator.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A parsed token in compact form (RFC 7515), before it is verified. */
record Jwt(JsonObject header, JsonObject payload, String signed, String signature) {
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /** The compact form of a payload, signed by a key. */
  static String compact(String payload, ProviderKey key) {
    String signed = encode(key.header()) + "." + encode(payload);
    return signed + "." + ENCODER.encodeToString(key.sign(signed.getBytes(ISO_8859_1)));
  }

  static Jwt parse(String text) {
    String[] parts = text.split("\\.", -1);
    IdentityErrors.TOKEN_PARTS.unless(parts.length == 3);
    try {
      DECODER.decode(parts[2]);
      return new Jwt(json(parts[0]), json(parts[1]), parts[0] + "." + parts[1], parts[2]);
    } catch (JsonParseException _) {
      throw IdentityErrors.TOKEN_CONTENT.exception();
    } catch (IllegalArgumentException _) {
      throw IdentityErrors.TOKEN_BASE64.exception();
    }
  }

  private static JsonObject json(String part) {
    JsonElement json = JsonParser.parseString(new String(DECODER.decode(part), UTF_8));
    if (json instanceof JsonObject object) {
      return object;
    }
    throw new JsonParseException("no object");
  }

  private static String encode(String text) {
    return ENCODER.encodeToString(text.getBytes(UTF_8));
  }

  String algorithm() {
    return text(header, "alg").orElse("none");
  }

  String keyId() {
    return text(header, "kid").orElse("");
  }

  boolean isSignedBy(ProviderKey key) {
    return key.verifies(DECODER.decode(signature), signed.getBytes(ISO_8859_1));
  }

  /** Its claims; empty where one is missing or has the wrong type. */
  Optional<Claims> claims() {
    Optional<String> issuer = text(payload, "iss");
    Optional<String> subject = text(payload, "sub");
    Optional<Instant> issued = time("iat");
    Optional<Instant> expires = time("exp");
    return issuer.isEmpty() || subject.isEmpty() || issued.isEmpty() || expires.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Claims(
                issuer.get(), subject.get(), audiences(), issued.get(), expires.get(), Map.of()));
  }

  private Optional<Instant> time(String name) {
    try {
      return payload.get(name) instanceof JsonPrimitive value && value.isNumber()
          ? Optional.of(Instant.ofEpochSecond(value.getAsLong()))
          : Optional.empty();
    } catch (NumberFormatException | DateTimeException _) {
      return Optional.empty();
    }
  }

  private List<String> audiences() {
    return payload.get("aud") instanceof JsonArray array
        ? array.asList().stream()
            .filter(JsonElement::isJsonPrimitive)
            .map(JsonElement::getAsString)
            .toList()
        : text(payload, "aud").map(List::of).orElse(List.of());
  }

  private static Optional<String> text(JsonObject object, String name) {
    return object.get(name) instanceof JsonPrimitive value && value.isString()
        ? Optional.of(value.getAsString())
        : Optional.empty();
  }

  /** Nothing of it, since its parts are the token. */
  @Override
  public String toString() {
    return "***";
  }
}
