package dev.kmsagent.adapters.http.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRequestParserTest {
  private final SecretRequestParser parser = new SecretRequestParser(Stage::new);

  private static Parsed<SecretRequest> asked(String name, VersionSelector version, ReadMode mode) {
    var query = new SecretQuery(new SecretName(name), version);
    return new Parsed.Good<>(new SecretRequest(query, mode));
  }

  private static Parsed<SecretRequest> current(String name) {
    return asked(name, VersionSelector.CURRENT, ReadMode.CACHED);
  }

  private static Parsed<SecretRequest> bad(String problem) {
    return new Parsed.Bad<>(problem);
  }

  @Nested
  class The_query_form {
    @Test
    void takes_slashes_as_they_are_or_encoded() {
      assertThat(parser.named("secretId=app/dev/secret-1")).isEqualTo(current("app/dev/secret-1"));
      assertThat(parser.named("secretId=app%2Fdev%2fsecret-1"))
          .isEqualTo(current("app/dev/secret-1"));
    }

    @Test
    void needs_a_secret_id() {
      assertThat(parser.named(null)).isEqualTo(bad("secretId is missing"));
      assertThat(parser.named("")).isEqualTo(bad("secretId is missing"));
      assertThat(parser.named("versionId=v1")).isEqualTo(bad("secretId is missing"));
    }

    @Test
    void takes_all_after_the_first_equals_sign_as_the_value() {
      assertThat(parser.named("secretId=a=b")).isEqualTo(current("a=b"));
    }

    @Test
    void passes_over_empty_pieces() {
      assertThat(parser.named("&secretId=a&&")).isEqualTo(current("a"));
    }
  }

  @Nested
  class The_path_form {
    @Test
    void leaves_dots_slashes_and_semicolons_alone() {
      assertThat(parser.pathNamed("a/../b//c;d/./", null)).isEqualTo(current("a/../b//c;d/./"));
    }

    @Test
    void is_decoded_once_with_plus_as_plus() {
      assertThat(parser.pathNamed("a%2Fb%2520+", null)).isEqualTo(current("a/b%20+"));
    }

    @Test
    void needs_a_name() {
      assertThat(parser.pathNamed("", null)).isEqualTo(bad("secretId is empty"));
    }

    @Test
    void takes_no_other_name_in_the_query() {
      assertThat(parser.pathNamed("a", "secretId=a"))
          .isEqualTo(bad("secretId is in the path already"));
    }

    @Test
    void takes_the_other_parameters() {
      assertThat(parser.pathNamed("a", "versionId=v1&refreshNow=1"))
          .isEqualTo(
              asked("a", new VersionSelector.ById(new VersionId("v1")), ReadMode.REFRESH_NOW));
    }
  }

  @Nested
  class The_version {
    @Test
    void is_the_current_one_when_none_is_named() {
      assertThat(parser.named("secretId=a&versionStage=ACSCurrent")).isEqualTo(current("a"));
    }

    @Test
    void can_be_named_by_id_by_stage_or_by_both() {
      var id = new VersionId("v1");
      var stage = new Stage("mine");
      assertThat(parser.named("secretId=a&versionId=v1"))
          .isEqualTo(asked("a", new VersionSelector.ById(id), ReadMode.CACHED));
      assertThat(parser.named("secretId=a&versionStage=mine"))
          .isEqualTo(asked("a", new VersionSelector.ByStage(stage), ReadMode.CACHED));
      assertThat(parser.named("versionStage=mine&versionId=v1&secretId=a"))
          .isEqualTo(asked("a", new VersionSelector.ByIdAndStage(id, stage), ReadMode.CACHED));
    }

    @Test
    void is_spelled_as_the_dialect_does() {
      var shouting = new SecretRequestParser(spelling -> new Stage(spelling + "!"));
      assertThat(shouting.named("secretId=a&versionStage=b"))
          .isEqualTo(asked("a", new VersionSelector.ByStage(new Stage("b!")), ReadMode.CACHED));
    }
  }

  @Nested
  class Refresh_now {
    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", "True", "1", "%31"})
    void reads_kms_first(String yes) {
      assertThat(parser.named("secretId=a&refreshNow=" + yes))
          .isEqualTo(asked("a", VersionSelector.CURRENT, ReadMode.REFRESH_NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE", "0"})
    void can_be_denied(String no) {
      assertThat(parser.named("secretId=a&refreshNow=" + no)).isEqualTo(current("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "2", "00", "true+", "on"})
    void has_no_other_values(String neither) {
      assertThat(parser.named("secretId=a&refreshNow=" + neither))
          .isEqualTo(bad("refreshNow must be true, false, 1 or 0"));
    }
  }

  @Nested
  class The_bound_on_staleness_and_the_field {
    private SecretRequest asked(String query) {
      return ((Parsed.Good<SecretRequest>) parser.named("secretId=a&" + query)).value();
    }

    @Test
    void is_a_number_of_seconds_or_that_of_the_configuration() {
      assertThat(asked("maxStale=0").maxStale()).isZero();
      assertThat(asked("maxStale=999999999").maxStale()).isEqualTo(Duration.ofSeconds(999_999_999));
      assertThat(asked("maxStale=0").boundsStaleness()).isTrue();
      assertThat(asked("").boundsStaleness()).isFalse();
    }

    @Test
    void is_beside_a_field() {
      assertThat(asked("maxStale=0&field=pass%2Eword").field()).isEqualTo("pass.word");
      assertThat(asked("maxStale=0").field()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "1e3", "+1", "x", "1234567890", "%D9%A1", "1s", "0x1"})
    void has_no_other_form(String wrong) {
      assertThat(parser.named("secretId=a&maxStale=" + wrong))
          .isEqualTo(bad("maxStale must be a number of seconds of 1 to 9 digits"));
    }
  }

  @Nested
  class A_cached_answer {
    @ParameterizedTest
    @CsvSource({
      "'', true",
      "versionId=v1, true",
      "refreshNow=1, false",
      "field=a, false",
      "field=., false",
      "maxStale=5, false"
    })
    void is_for_requests_for_the_whole_answer_without_conditions(String query, boolean takes) {
      var request = (Parsed.Good<SecretRequest>) parser.named("secretId=a&" + query);
      assertThat(request.value().takesCachedAnswer()).isEqualTo(takes);
    }
  }

  @Nested
  class What_is_refused {
    @ParameterizedTest
    @CsvSource({
      "secretid=a, there is no parameter \"secretid\"",
      "secretId=a&version=1, there is no parameter \"version\"",
      "secretId=a&roleArn=r, roleArn is not supported: the agent reads with its own identity only",
      "secretId=a&=b, there is no parameter \"\"",
      "secretId=a&%0a=b, there is no parameter \"..\"",
      "secretId=a&secretId=a, secretId is given more than once",
      "secretId=a&versionId=1&version%49d=2, versionId is given more than once",
      "secretId=, secretId is empty",
      "secretId, secretId is empty",
      "secretId=a&versionStage=, versionStage is empty",
      "secretId=a&refreshNow, refreshNow is empty",
      "secretId=a&field=, field is empty",
      "secretId=a&maxStale=, maxStale is empty",
      "secretId=a&field=x&field=x, field is given more than once",
      "secretId=a&field=%0a, field holds a control character",
      "secretId=a%00, secretId holds a control character",
      "secretId=a&versionId=%7f, versionId holds a control character",
      "secretId=a&versionStage=%C2%85, versionStage holds a control character",
      "secretId=%ff, secretId is not UTF-8",
      "secretId=%4, secretId holds a % that two hexadecimal digits do not follow",
      "%zz=a, the name of a parameter holds a % that two hexadecimal digits do not follow"
    })
    void is_named(String query, String problem) {
      assertThat(parser.named(query)).isEqualTo(bad(problem));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"secretId", "versionId", "versionStage", "refreshNow", "field", "maxStale"})
    void is_what_is_longer_than_512_characters(String parameter) {
      var long513 = "x".repeat(513);
      var others = parameter.equals("secretId") ? "" : "secretId=a&";
      assertThat(parser.named(others + parameter + "=" + long513))
          .isEqualTo(bad(parameter + " is longer than 512 characters"));
    }

    @Test
    void is_a_long_unknown_name_but_it_is_not_said_back_whole() {
      assertThat(parser.named("x".repeat(41) + "=1"))
          .isEqualTo(bad("there is no parameter \"" + "x".repeat(40) + "..\""));
    }
  }

  @Test
  void the_longest_name_is_taken() {
    var name = "é".repeat(512);
    assertThat(parser.named("secretId=" + URLEncoder.encode(name, StandardCharsets.UTF_8)))
        .isEqualTo(current(name));
  }

  @Property
  void any_name_that_kms_could_have_comes_through_both_forms(
      @ForAll
          @NotBlank
          @StringLength(max = 512)
          @Chars({'a', '/', '%', '+', '&', '=', '?', ' ', 'é'})
          String name) {
    var encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
    assertThat(parser.named("secretId=" + encoded)).isEqualTo(current(name));
    assertThat(parser.pathNamed(encoded.replace("+", "%20"), null)).isEqualTo(current(name));
  }

  @Property
  void the_order_of_parameters_means_nothing(@ForAll long seed) {
    var pieces =
        new ArrayList<>(List.of("secretId=a", "versionId=v", "versionStage=s", "refreshNow=true"));
    Collections.shuffle(pieces, new Random(seed));
    assertThat(parser.named(String.join("&", pieces)))
        .isEqualTo(parser.named("secretId=a&versionId=v&versionStage=s&refreshNow=true"));
  }

  @Property
  void no_query_whatever_breaks_it(@ForAll String query) {
    assertThat(parser.named(query)).isNotNull();
    assertThat(parser.pathNamed(query, query)).isNotNull();
  }
}
