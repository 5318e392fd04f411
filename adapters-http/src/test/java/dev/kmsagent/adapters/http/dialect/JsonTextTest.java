package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  private static final String OBJECT =
      """
      { "text" : "pä\\"ss\\n" , "one":1.0,"big":12345678901234567890.10,"exp":1e5,
       "yes":true,"nothing" : null ,"list":[1, {"a":"]}"}],"object":{ "text":"inner" },
       "n\\u0061me":"escaped","":"empty name","twice":1,"twice":2 }
      """;

  /** The grammar of RFC 8259 for objects of strings, without nesting: short enough to be right. */
  private static final Pattern FLAT_OBJECT =
      Pattern.compile("\\{(\"[^\"]*\":\"[^\"]*\"(,\"[^\"]*\":\"[^\"]*\")*)?}");

  private static JsonText object(String text) {
    return JsonText.object(text).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "one, 1.0",
        "big, 12345678901234567890.10",
        "exp, 1e5",
        "yes, true",
        "list, `[1, {\"a\":\"]}\"}]`",
        "object, `{ \"text\":\"inner\" }`",
        "name, escaped",
        "``, empty name",
        "twice, 2"
      })
  void a_member_is_read_as_it_is_written(String name, String plain) {
    assertThat(object(OBJECT).member(name).orElseThrow().plain()).isEqualTo(plain);
  }

  @Test
  void a_string_is_the_text_that_it_means() {
    assertThat(object(OBJECT).plain("text")).isEqualTo("pä\"ss\n");
  }

  @Test
  void null_is_a_member_and_null() {
    assertThat(object(OBJECT).member("nothing").orElseThrow().isNull()).isTrue();
    assertThat(object(OBJECT).member("yes").orElseThrow().isNull()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inner", "a", "TEXT", "text ", "\"text\""})
  void another_name_has_no_member(String name) {
    assertThat(object(OBJECT).member(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "\"{}\"", "1", "null", "pw", "", "{}{}"})
  void what_is_no_object_is_none(String text) {
    assertThat(JsonText.object(text)).isEmpty();
  }

  @Test
  void a_member_of_any_depth_is_read() {
    var deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(object("{\"a\":" + deep + "}").plain("a")).isEqualTo(deep);
  }

  @Provide
  Arbitrary<String> objects() {
    var leaf =
        Arbitraries.of("1", "-0.5e+10", "true", "null", "\"\"", "\"\\u0041\\n\"", "\"é\"", " [ ] ");
    return Arbitraries.lazyOf(
        () -> leaf.map(value -> "{\"a\":" + value + "}"),
        () -> objects().map(inner -> " {\"b\" : 1,\t\"a\" : [" + inner + " , " + inner + "]}\n"),
        () -> objects().map(inner -> "{\"a\":" + inner + "}"));
  }

  @Property
  void it_agrees_with_a_parser(@ForAll("objects") String text) {
    var member = object(text).member("a").orElseThrow();
    assertThat(JsonParser.parseString(member.text()))
        .isEqualTo(JsonParser.parseString(text).getAsJsonObject().get("a"));
  }

  @Property
  void an_object_that_misses_its_end_is_none(@ForAll("objects") String object) {
    var bare = object.strip();
    assertThat(JsonText.object(bare.substring(1))).isEmpty();
    assertThat(JsonText.object(bare.substring(0, bare.length() - 1))).isEmpty();
  }

  @Property(tries = 5000)
  void an_object_is_what_the_grammar_says(
      @ForAll @StringLength(max = 11) @Chars({'{', '}', '"', 'a', ':', ','}) String text) {
    assertThat(JsonText.object(text).isPresent()).isEqualTo(FLAT_OBJECT.matcher(text).matches());
  }

  @Test
  void it_does_not_print_by_accident() {
    assertThat(new JsonText("\"canary\"").toString()).isEqualTo("***");
  }
}
