package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Bytes that must not be found anywhere: as they are, in base64, in hexadecimal digits. */
final class Needle {
  /** Characters of base64 that bytes in front have a part in, by how many of them there are. */
  private static final List<Integer> BLURRED = List.of(0, 2, 3);

  private final String what;
  private final byte[] bytes;

  Needle(String what, byte[] bytes) {
    this.what = what;
    this.bytes = bytes.clone();
  }

  static Needle of(String what, String text) {
    return new Needle(what, text.getBytes(UTF_8));
  }

  /** Whether it is in {@code hay}, each byte of which is a character. */
  boolean isIn(String hay) {
    return forms().anyMatch(hay::contains);
  }

  private Stream<String> forms() {
    var clear = Stream.of(new String(bytes, ISO_8859_1));
    var hex =
        Stream.of(HexFormat.of(), HexFormat.of().withUpperCase()).map(f -> f.formatHex(bytes));
    var base64 =
        Stream.of(Base64.getEncoder(), Base64.getUrlEncoder()).flatMap(this::inTheMidstOfOthers);
    return Stream.of(clear, hex, base64).flatMap(forms -> forms);
  }

  /** In base64 it looks different after one byte, after two, and after three or none. */
  private Stream<String> inTheMidstOfOthers(Base64.Encoder encoder) {
    return IntStream.range(0, BLURRED.size()).mapToObj(before -> behind(before, encoder));
  }

  private String behind(int before, Base64.Encoder encoder) {
    var others = new byte[before + bytes.length];
    System.arraycopy(bytes, 0, others, before, bytes.length);
    var whole = others.length * Byte.SIZE / 6;
    return encoder.encodeToString(others).substring(BLURRED.get(before), whole);
  }

  @Override
  public String toString() {
    return what;
  }
}
