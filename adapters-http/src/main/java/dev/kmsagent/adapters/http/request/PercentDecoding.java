package dev.kmsagent.adapters.http.request;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-decoding of request targets (RFC 3986 2.1), once and strictly, to UTF-8. */
enum PercentDecoding {
  /** Of a path, where {@code +} is a plus. */
  PATH('+'),
  /** Of a part of a query, where {@code +} is a space. */
  QUERY(' ');

  private final char plus;

  PercentDecoding(char plus) {
    this.plus = plus;
  }

  /** Decodes {@code raw}; {@code what} names it in the problem. */
  Parsed<String> decode(String what, String raw) {
    var bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c > 0x7f) {
        return new Parsed.Bad<>(what + " holds a character that must be percent-encoded");
      }
      if (c == '%') {
        int octet = octet(raw, i + 1);
        if (octet < 0) {
          return new Parsed.Bad<>(what + " holds a % that two hexadecimal digits do not follow");
        }
        bytes.write(octet);
        i += 2;
      } else {
        bytes.write(c == '+' ? plus : c);
      }
    }
    return utf8(what, bytes.toByteArray());
  }

  private static int octet(String raw, int at) {
    if (at + 1 >= raw.length()) {
      return -1;
    }
    int high = hex(raw.charAt(at));
    int low = hex(raw.charAt(at + 1));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /** Of ASCII digits alone: {@code Character.digit} takes those of every script. */
  private static int hex(char c) {
    return c > 0x7f ? -1 : Character.digit(c, 16);
  }

  private static Parsed<String> utf8(String what, byte[] bytes) {
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return new Parsed.Good<>(text.toString());
    } catch (CharacterCodingException malformed) {
      return new Parsed.Bad<>(what + " is not UTF-8");
    }
  }
}
