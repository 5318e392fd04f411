package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a sealed entry or tombstone, or what the store returned as such. It discloses
 * nothing but its size, and is not trusted before an {@link EntryCodec} has opened it. Immutable.
 */
public final class Envelope {
  /** A secret of KMS has 30 KiB; its envelope hardly more. */
  public static final int LONGEST = 256 << 10;

  private final byte[] bytes;

  /** Takes the bytes as they are, without a copy: the caller has no other use for them. */
  public Envelope(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes for the store, without a copy: the caller must not change them. */
  public byte[] bytes() {
    return bytes;
  }

  /** The clear date by which two envelopes are compared; the epoch where it has none. */
  public Instant at() {
    return Header.read(bytes).map(Header::at).orElse(Instant.EPOCH);
  }

  /** When it expires, as it says; the epoch where it does not. */
  public Instant end() {
    return Header.read(bytes).map(Header::end).orElse(Instant.EPOCH);
  }

  /** Whether it says that it is a tombstone. */
  public boolean isTombstone() {
    return Header.read(bytes).filter(header -> header.kind() == Header.REVOCATION).isPresent();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Envelope that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /**
   * The clear part of an envelope, which the store's scripts read, and which is authenticated when
   * the rest is opened: version, kind, and two dates in microseconds since the epoch, sixteen
   * digits each. A date out of their range becomes the first or the last in it.
   */
  record Header(char kind, Instant at, Instant end) {
    static final int LENGTH = 34;

    static final char ENTRY = 'E';
    static final char REVOCATION = 'R';

    /** In the year 2286. */
    private static final Instant LAST = instant("9999999999999999");

    private static final Pattern FORM = Pattern.compile("2([ER])(\\d{16})(\\d{16})");

    static Header of(Content content) {
      var kind = content instanceof Content.Entry ? ENTRY : REVOCATION;
      return new Header(kind, content.at(), content.end());
    }

    byte[] bytes() {
      var form = String.format(Locale.ROOT, "2%c%016d%016d", kind, micros(at), micros(end));
      return form.getBytes(ISO_8859_1);
    }

    static Optional<Header> read(byte[] envelope) {
      if (envelope.length < LENGTH) {
        return Optional.empty();
      }
      var form = FORM.matcher(new String(envelope, 0, LENGTH, ISO_8859_1));
      return form.matches()
          ? Optional.of(
              new Header(form.group(1).charAt(0), instant(form.group(2)), instant(form.group(3))))
          : Optional.empty();
    }

    private static long micros(Instant instant) {
      var held = instant.isAfter(LAST) ? LAST : instant;
      return held.isBefore(Instant.EPOCH) ? 0 : ChronoUnit.MICROS.between(Instant.EPOCH, held);
    }

    private static Instant instant(String micros) {
      return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
    }
  }
}
