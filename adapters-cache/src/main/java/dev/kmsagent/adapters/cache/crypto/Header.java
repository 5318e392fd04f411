package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of an envelope that the store may read, and no reader trusts before the rest was opened:
 * the version of the form, what it holds, and its two dates in microseconds since the epoch, as
 * sixteen digits each. A date that these cannot hold is the first or the last that they can.
 */
record Header(char kind, Instant at, Instant end) {
  static final int LENGTH = 34;

  /** An entry. */
  static final char ENTRY = 'E';

  /** A revocation. */
  static final char REVOCATION = 'R';

  /** In the year 2286. */
  private static final Instant LAST = instant("9999999999999999");

  private static final Pattern FORM = Pattern.compile("1([ER])(\\d{16})(\\d{16})");

  static Header of(Content content) {
    var kind =
        switch (content) {
          case Content.Entry _ -> ENTRY;
          case Content.Revocation _ -> REVOCATION;
        };
    return new Header(kind, content.at(), content.end());
  }

  byte[] bytes() {
    var form = String.format(Locale.ROOT, "1%c%016d%016d", kind, micros(at), micros(end));
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
