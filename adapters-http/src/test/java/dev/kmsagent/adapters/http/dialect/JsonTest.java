package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final String OBJECT =
      """
      { "text" : "pä\\"ss\\n" , "one":1.0,"big":12345678901234567890.10,"exp":1e5,
       "yes":true,"nothing" : null ,"list":[1, {"a":"]}"}],"object":{ "text":"inner" },
       "n\\u0061me":"escaped","":"empty name","twice":1,"twice":2 }
      """;

  /** The grammar of RFC 8259 for objects of strings and of empty objects: short enough. */
  private static final Pattern FLAT_OBJECT =
      Pattern.compile("\\{(MEMBER(,MEMBER)*)?}".replace("MEMBER", "\"[^\"]*\":(\"[^\"]*\"|\\{})"));

  private static Optional<String> text(String name) {
    return Json.text(Json.parse(OBJECT).orElseThrow(), name);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "one, 1.0",
        "big, 12345678901234567890.10",
        "exp, 1e5",
        "yes, true",
        "list, `[1,{\"a\":\"]}\"}]`",
        "object, `{\"text\":\"inner\"}`",
        "text, `pä\"ss\n`",
        "name, escaped",
        "``, empty name",
        "twice, 2"
      })
  void a_string_is_its_text_a_number_as_it_is_written_and_other_values_are_json(
      String name, String plain) {
    assertThat(text(name)).contains(plain);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "inner", "a", "TEXT", "text ", "\"text\""})
  void another_name_and_null_have_no_text(String name) {
    assertThat(text(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1]  \"{}\"  1  null  pw    {}{}  {}//  {a:1}  {'a':1}  {\"a\"=1}  {\"a\":1,}",
        "{\"a\":01}  {\"a\":NaN}  {\"a\":\"\t\"}  {\"a\":\"\\x\"}  \ufeff{}  {  {}x"
      })
  void what_is_no_object_is_none(String texts) {
    assertThat(List.of(texts.split("  ", -1))).allMatch(text -> Json.parse(text).isEmpty());
  }

  @Test
  void an_object_of_more_than_the_greatest_depth_is_none() {
    assertThat(Json.parse(nested(Json.MAX_DEPTH))).isPresent();
    assertThat(Json.parse(nested(Json.MAX_DEPTH + 1))).isEmpty();
    assertThat(Json.parse(nested(100_000))).isEmpty();
    assertThat(Json.isTooDeep(nested(Json.MAX_DEPTH))).isFalse();
    assertThat(Json.isTooDeep(nested(100_000))).isTrue();
    assertThat(Json.isTooDeep("{\"a\":" + "[".repeat(100_000))).as("unclosed").isFalse();
  }

  private static String nested(int depth) {
    return "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
  }

  @Property(tries = 5000)
  void an_object_is_what_the_grammar_says(
      @ForAll @StringLength(max = 11) @Chars({'{', '}', '"', 'a', ':', ','}) String text) {
    assertThat(Json.parse(text).isPresent()).isEqualTo(FLAT_OBJECT.matcher(text).matches());
  }
}
