package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
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
  private static final byte[] LOOPBACK = {127, 0, 0, 1, -1, -1, -1, -1};

  private NameConstraints() {}

  /** Permits {@code localhost}, 127.0.0.1 and these hosts; DER in hexadecimal digits. */
  static String permitting(List<String> hosts) {
    Stream<byte[]> names =
        Stream.concat(Stream.of("localhost"), hosts.stream())
            .map(name -> der(DNS_NAME, Stream.of(name.getBytes(US_ASCII))));
    Stream<byte[]> all = Stream.concat(names, Stream.of(der(IP_ADDRESS, Stream.of(LOOPBACK))));
    byte[] permitted = der(PERMITTED, all.map(name -> der(SEQUENCE, Stream.of(name))));
    return HexFormat.of().formatHex(der(SEQUENCE, Stream.of(permitted)));
  }

  /** A tag, the length in as few bytes as possible, at most two, and the content. */
  private static byte[] der(int tag, Stream<byte[]> parts) {
    var content = new ByteArrayOutputStream();
    parts.forEach(content::writeBytes);
    var encoded = new ByteArrayOutputStream();
    encoded.write(tag);
    if (content.size() > 0xFF) {
      encoded.write(0x82);
      encoded.write(content.size() >> Byte.SIZE);
    } else if (content.size() > 0x7F) {
      encoded.write(0x81);
    }
    encoded.write(content.size());
    encoded.writeBytes(content.toByteArray());
    return encoded.toByteArray();
  }
}
