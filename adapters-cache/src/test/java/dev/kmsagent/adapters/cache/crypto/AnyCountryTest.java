package dev.kmsagent.adapters.cache.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Envelope.Header;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent may run under any locale, and Java writes digits as that has them. */
@Isolated("the locale is the whole program's")
class AnyCountryTest {
  private final Locale before = Locale.getDefault();

  @AfterEach
  void go_home() {
    Locale.setDefault(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa-IR", "th-TH-u-nu-thai", "tr-TR"})
  void a_header_is_written_in_the_same_digits_everywhere(String country) {
    var header = new Header(Header.ENTRY, HeaderTest.READ, HeaderTest.READ.plusSeconds(300));
    Locale.setDefault(Locale.forLanguageTag(country));
    assertThat(Header.read(header.bytes())).contains(header);
  }
}
