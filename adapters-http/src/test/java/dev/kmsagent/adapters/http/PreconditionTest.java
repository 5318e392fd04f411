package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Revision;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code If-None-Match} and {@code Prefer}. */
class PreconditionTest {
  private static final String TAG = "W/\"000000000000002a\"";
  private static final Revision REVISION = new Revision(42);

  private static Precondition of(String tags, String... preferences) {
    return Precondition.of(List.of(tags), List.of(preferences));
  }

  private static int waitSeconds(String... preferences) {
    return of(TAG, preferences).waitSeconds();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TAG,
        "\"000000000000002a\"",
        "  " + TAG + "\t",
        "\"\" , " + TAG,
        ",, \"a,b;\\\" ,, " + TAG + " ,",
        "\"000000000000002a0\",\"é\"," + TAG,
        "*"
      })
  void a_revision_is_known_by_its_tag_weak_or_strong_in_any_list(String tags) {
    assertThat(of(tags).matches(REVISION)).isTrue();
    assertThat(of(tags).matches(new Revision(43))).isEqualTo(tags.equals("*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"000000000000002A\"",
        "\"00000000000002a\"",
        "\"W/000000000000002a\"",
        "\"000000000000002a \"",
        "000000000000002a",
        "\"000000000000002a",
        "\"x\"000000000000002a",
        "**",
        "*, *"
      })
  void other_tags_and_malformed_ones_match_nothing(String tags) {
    assertThat(of(tags).matches(REVISION)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          wait=55                                         | 55
          wait=55; foo                                    | 55
          Wait = "055" ; foo ; bar="a, wait=1"            | 55
          return=minimal;x="\\"wait=3,", , WAIT=7, wait=8 | 7
          respond-async, wait=1                           | 1
          wait=61                                         | 60
          wait=99999999999999999999                       | 60
          wait=0                                          | 0
          wait=000                                        | 0
          wait                                            | 0
          wait, wait=x, wait=5                            | 5
          wait=""                                         | 0
          wait=-1                                         | 0
          wait=5s                                         | 0
          wait=5 s                                        | 0
          foo bar, wait=5                                 | 5
          wait="5, wait=6"                                | 0
          wait="5                                         | 0
          waiting=5                                       | 0
          ``                                              | 0
          """)
  void a_wait_is_a_number_of_seconds_of_sixty_at_most(String preferences, int seconds) {
    assertThat(waitSeconds(preferences)).isEqualTo(seconds);
    assertThat(waitSeconds("foo", preferences)).isEqualTo(seconds);
  }

  @Test
  void only_a_client_that_knows_one_revision_waits() {
    assertThat(waitSeconds("wait=5")).isEqualTo(5);
    assertThat(of(TAG + ", \"other\"", "wait=5").waitSeconds()).isEqualTo(5);
    for (var tags : List.of("*", "", "\"other\"", TAG + ", \"000000000000002b\"")) {
      assertThat(of(tags, "wait=5").waitSeconds()).isZero();
    }
  }

  @Property
  void no_text_whatever_breaks_it(
      @ForAll @Chars({'W', '/', '"', ',', ' ', 'a', '0', '*', '\\', '\u00ff', '\n'}) String tags,
      @ForAll @Chars({'w', '=', '"', ',', ';', ' ', '5', '\\', '\u00ff', '\n'})
          String preferences) {
    var parsed = of(TAG + tags, preferences, "wait=5" + preferences);
    assertThat(parsed.known()).contains(REVISION);
    assertThat(parsed.waitSeconds()).isBetween(0, 60);
  }

  /** As long as a head may be: nothing is recursive. */
  @Test
  void the_longest_lists_are_read() {
    var many = "\"\",".repeat(100_000);
    assertThat(of(many + TAG).matches(REVISION)).isTrue();
    var parameters = "x" + ";a=\"\\\\\"".repeat(100_000) + ",wait=5";
    assertThat(waitSeconds(parameters)).isEqualTo(5);
    assertThat(waitSeconds("x=\"" + "\\\"a".repeat(100_000) + "\",wait=5")).isEqualTo(5);
  }
}
