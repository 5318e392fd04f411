package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Envelope.Header;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Isolated("the locale is the whole program's")
class HeaderTest {
  static final Instant READ = Instant.parse("2026-01-01T00:00:00.123456Z");
  private static final String SOUND = "2E17672256001234561767225900123456";

  private static final Instant LATEST = Instant.parse("2286-11-20T17:46:39.999999Z");

  private static Header entry(Instant at, Instant end) {
    return new Header(Header.ENTRY, at, end);
  }

  private static Header readBack(Header header) {
    return Header.read(header.bytes()).orElseThrow();
  }

  /** An agent may run under any locale, and Java writes digits as that has them. */
  @ParameterizedTest
  @ValueSource(strings = {"en-US", "ar-EG", "fa-IR", "th-TH-u-nu-thai"})
  void it_says_what_it_is_and_its_dates_in_the_same_digits_everywhere(String country) {
    var before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(country));
    try {
      assertThat(entry(READ, READ.plusSeconds(300)).bytes()).asString(ISO_8859_1).isEqualTo(SOUND);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Property(tries = 500)
  void dates_are_kept_to_the_microsecond(
      @ForAll @LongRange(max = 9_999_999_999_999_999L) long at,
      @ForAll @LongRange(max = 9_999_999_999_999_999L) long end) {
    var header = entry(micros(at), micros(end));
    assertThat(readBack(header)).isEqualTo(header);
    assertThat(readBack(entry(micros(at).plusNanos(999), micros(end)))).isEqualTo(header);
  }

  private static Instant micros(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  @Test
  void a_date_that_sixteen_digits_cannot_hold_is_the_first_or_the_last_that_they_can() {
    assertThat(readBack(entry(Instant.MIN, Instant.EPOCH.minusNanos(1))))
        .isEqualTo(entry(Instant.EPOCH, Instant.EPOCH));
    assertThat(readBack(entry(LATEST.plusNanos(1000), Instant.MAX)))
        .isEqualTo(entry(LATEST, LATEST));
  }

  @Test
  void another_version_kind_or_length_is_none() {
    assertThat(Header.read((SOUND + "and more").getBytes(ISO_8859_1))).isPresent();
    assertThat(
            Stream.of(
                "1" + SOUND.substring(1),
                "2X" + SOUND.substring(2),
                "2e" + SOUND.substring(2),
                SOUND.substring(0, Header.LENGTH - 1),
                SOUND.replace('7', '-'),
                SOUND.replace('7', ' '),
                SOUND.replace('7', '\u0667'),
                ""))
        .allSatisfy(
            unsound -> assertThat(Header.read(unsound.getBytes(ISO_8859_1))).as(unsound).isEmpty());
  }
}
