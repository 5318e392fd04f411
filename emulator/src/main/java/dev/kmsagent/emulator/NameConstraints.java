package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The extension of an authority that limits the names for which it counts (RFC 5280, 4.2.1.10). */
final class NameConstraints {
  static final String OID = "2.5.29.30";

  private static final int SEQUENCE = 0x30;
  private static final int PERMITTED = 0xA0;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;

  private NameConstraints() {}

  /** Permits 127.0.0.1, {@code localhost} and these hosts; DER in hexadecimal digits. */
  static String permitting(List<String> hosts) {
    Stream<String> names =
        Stream.concat(Stream.of("localhost"), hosts.stream())
            .map(host -> der(DNS_NAME, HexFormat.of().formatHex(host.getBytes(US_ASCII))));
    String all =
        Stream.concat(Stream.of(der(IP_ADDRESS, "7f000001ffffffff")), names)
            .map(name -> der(SEQUENCE, name))
            .collect(joining());
    return der(SEQUENCE, der(PERMITTED, all));
  }

  /** A tag, the length in as few bytes as possible, at most two, and the content. */
  private static String der(int tag, String content) {
    int length = content.length() / 2;
    String form = length > 0xFF ? "%02x82%04x%s" : length > 0x7F ? "%02x81%02x%s" : "%02x%02x%s";
    return form.formatted(tag, length, content);
  }
}
