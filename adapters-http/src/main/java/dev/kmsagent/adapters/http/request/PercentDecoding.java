package dev.kmsagent.adapters.http.request;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.domain.Parsed;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Percent-decoding of request targets (RFC 3986 2.1), once and strictly, to UTF-8. */
enum PercentDecoding {
  /** For a path, where {@code +} is a plus. */
  PATH,
  /** For a part of a query, where {@code +} is a space. */
  QUERY;

  private static final Pattern BROKEN = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /** Decodes {@code raw}; {@code what} names it in the problem. */
  Parsed<String> decode(String what, String raw) {
    return isLiteral(raw) ? new Parsed.Valid<>(raw) : decodeOctets(what, raw);
  }

  /** Whether nothing in {@code raw} is encoded, as in most names of secrets. */
  private static boolean isLiteral(String raw) {
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%' || c == '+' || c > 0x7f) {
        return false;
      }
    }
    return true;
  }

  private Parsed<String> decodeOctets(String what, String raw) {
    if (raw.chars().anyMatch(c -> c > 0x7f)) {
      return new Parsed.Invalid<>(what + " holds a character that must be percent-encoded");
    }
    if (BROKEN.matcher(raw).find()) {
      return new Parsed.Invalid<>(what + " holds a % that two hexadecimal digits do not follow");
    }
    // With this charset each octet becomes a character, and the JDK puts nothing in place of any.
    var octets = URLDecoder.decode(this == PATH ? raw.replace("+", "%2B") : raw, ISO_8859_1);
    return utf8(what, octets.getBytes(ISO_8859_1));
  }

  private static Parsed<String> utf8(String what, byte[] bytes) {
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return new Parsed.Valid<>(text.toString());
    } catch (CharacterCodingException malformed) {
      return new Parsed.Invalid<>(what + " is not UTF-8");
    }
  }
}
