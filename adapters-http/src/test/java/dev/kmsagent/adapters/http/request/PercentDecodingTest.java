package dev.kmsagent.adapters.http.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;

class PercentDecodingTest {
  private static Parsed<String> path(String raw) {
    return PercentDecoding.PATH.decode("it", raw);
  }

  private static Parsed<String> query(String raw) {
    return PercentDecoding.QUERY.decode("it", raw);
  }

  @Property
  void what_is_encoded_octet_by_octet_comes_back(@ForAll byte[] bytes) {
    var raw = HexFormat.of().withPrefix("%").formatHex(bytes);
    var lenient = new String(bytes, StandardCharsets.UTF_8);
    var isUtf8 = Arrays.equals(lenient.getBytes(StandardCharsets.UTF_8), bytes);
    assertThat(path(raw))
        .isEqualTo(isUtf8 ? new Parsed.Good<>(lenient) : new Parsed.Bad<String>("it is not UTF-8"));
  }

  @Property
  void what_a_form_encodes_comes_back_from_a_query(@ForAll String text) {
    var wellFormed = text.replaceAll("[\\ud800-\\udfff]", "");
    var raw = URLEncoder.encode(wellFormed, StandardCharsets.UTF_8);
    assertThat(query(raw)).isEqualTo(new Parsed.Good<>(wellFormed));
  }

  @Property
  void text_without_percent_signs_is_left_alone(
      @ForAll @CharRange(from = '&', to = '~') String raw) {
    assertThat(path(raw)).isEqualTo(new Parsed.Good<>(raw));
  }

  @Property
  void bad_escapes_and_what_should_have_been_one_are_refused(
      @ForAll @Chars({'%', '+', '4', 'f', 'G', 'é', '٣'}) String raw) {
    boolean ascii = raw.matches("\\p{ASCII}*");
    boolean whole = !raw.replaceAll("%[0-9a-fA-F]{2}", "").contains("%");
    boolean utf8 = !raw.matches(".*%f[4f].*");
    assertThat(path(raw) instanceof Parsed.Good).isEqualTo(ascii && whole && utf8);
  }

  @Test
  void a_plus_is_a_plus_in_a_path_and_a_space_in_a_query() {
    assertThat(path("a+b%2B")).isEqualTo(new Parsed.Good<>("a+b+"));
    assertThat(query("a+b%2B")).isEqualTo(new Parsed.Good<>("a b+"));
    assertThat(query("a+b")).isEqualTo(new Parsed.Good<>("a b"));
  }
}
