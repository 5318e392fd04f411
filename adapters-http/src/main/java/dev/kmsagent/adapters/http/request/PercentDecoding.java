package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.Parsed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-decoding of request targets (RFC 3986 2.1), once and strictly, to UTF-8. */
enum PercentDecoding {
  /** For a path, where {@code +} is a plus. */
  PATH('+'),
  /** For a part of a query, where {@code +} is a space. */
  QUERY(' ');

  private final char plus;

  PercentDecoding(char plus) {
    this.plus = plus;
  }

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
    var bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c > 0x7f) {
        return new Parsed.Invalid<>(what + " holds a character that must be percent-encoded");
      }
      if (c == '%') {
        if (!isOctet(raw, i + 1)) {
          return new Parsed.Invalid<>(
              what + " holds a % that two hexadecimal digits do not follow");
        }
        bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(c == '+' ? plus : c);
      }
    }
    return utf8(what, bytes.toByteArray());
  }

  private static boolean isOctet(String raw, int at) {
    return at + 2 <= raw.length()
        && HexFormat.isHexDigit(raw.charAt(at))
        && HexFormat.isHexDigit(raw.charAt(at + 1));
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
