package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

class JsonTest {
  /** The grammar of RFC 8259 for objects of strings, without nesting: short enough to be right. */
  private static final Pattern FLAT_OBJECT =
      Pattern.compile("\\{(\"[^\"]*\":\"[^\"]*\"(,\"[^\"]*\":\"[^\"]*\")*)?}");

  @Provide
  Arbitrary<String> objects() {
    var leaf =
        Arbitraries.of("1", "-0.5e+10", "true", "null", "\"\"", "\"\\u0041\\n\"", "\"é\"", " [ ] ");
    return Arbitraries.lazyOf(
        () -> leaf.map(value -> "{\"a\":" + value + "}"),
        () -> objects().map(inner -> " {\"b\" : [" + inner + " , " + inner + "]}\n"));
  }

  @Property
  void objects_of_any_shape_are_recognised(@ForAll("objects") String object) {
    assertThat(Json.isObject(object)).isTrue();
  }

  @Property
  void an_object_that_misses_its_end_is_none(@ForAll("objects") String object) {
    var bare = object.strip();
    assertThat(Json.isObject(bare.substring(1))).isFalse();
    assertThat(Json.isObject(bare.substring(0, bare.length() - 1))).isFalse();
  }

  @Property(tries = 5000)
  void it_agrees_with_the_grammar(
      @ForAll @StringLength(max = 11) @Chars({'{', '}', '"', 'a', ':', ','}) String text) {
    assertThat(Json.isObject(text)).isEqualTo(FLAT_OBJECT.matcher(text).matches());
  }
}
