package dev.kmsagent.adapters.http.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Stage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRequestParserTest {
  private final SecretRequestParser parser = new SecretRequestParser(Stage::new);

  /** The name and the parameters that are not the default, or the problem. */
  private static String shown(Parsed<SecretRequest> parsed) {
    return switch (parsed) {
      case Parsed.Valid<SecretRequest>(var request) ->
          (request.query().name().value() + " " + SecretRequestParserFuzzTest.rest(request))
              .replace(" versionStage=ACSCurrent", " ")
              .replace("&refreshNow=false", "")
              .strip();
      case Parsed.Invalid<SecretRequest>(var problem) -> problem;
    };
  }

  private SecretRequest good(String query) {
    return ((Parsed.Valid<SecretRequest>) parser.named(query)).value();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          secretId=app/dev/secret-1                 | app/dev/secret-1
          secretId=app%2Fdev%2fsecret-1             | app/dev/secret-1
          secretId=a=b                              | a=b
          secretId=a+b                              | a b
          secretId=a+b%2B                           | a b+
          &secretId=a&&                             | a
          secretId=a&versionId=v1                   | a versionId=v1
          secretId=a&versionStage=mine              | a versionStage=mine
          versionStage=mine&versionId=v1&secretId=a | a versionId=v1&versionStage=mine
          secretId=a&refreshNow=true                | a &refreshNow=true
          secretId=a&refreshNow=1                   | a &refreshNow=true
          secretId=a&refreshNow=%31                 | a &refreshNow=true
          secretId=a&refreshNow=False               | a
          secretId=a&refreshNow=0                   | a
          secretId=a&maxStale=0&field=pass%2Eword   | a &field=pass.word&maxStale=0
          secretId=a&maxStale=999999999             | a &maxStale=999999999
          fields=a%2Cc+d,a&secretId=a               | a &fields=a,c+d
          secretId=a&rejected=v1                    | a &rejected=v1
          rejected=v1&secretId=a&rejected=v%2B&rejected=v1&versionStage=ACSCurrent | a &rejected=v%2B&rejected=v1
          """)
  void a_query_names_a_secret(String query, String request) {
    assertThat(shown(parser.named(query))).isEqualTo(request);
  }

  /** Dots, slashes and semicolons stay, and a plus is a plus. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a/../b//c;d/./ |                           | a/../b//c;d/./
          a%2Fb%2520+    |                           | a/b%20+
          a+b            |                           | a+b
          a              | versionId=v1&refreshNow=1 | a versionId=v1&refreshNow=true
          a              | secretId=a                | secretId is in the path already
          ''             |                           | secretId is empty
          """)
  void a_path_names_a_secret(String path, String query, String request) {
    assertThat(shown(parser.pathNamed(path, query))).isEqualTo(request);
  }

  @Test
  void a_stage_is_spelled_as_the_dialect_does() {
    var shouting = new SecretRequestParser(spelling -> new Stage(spelling + "y"));
    assertThat(shown(shouting.named("secretId=a&versionStage=m"))).isEqualTo("a versionStage=my");
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "versionId=v1, true",
    "refreshNow=1, false",
    "field=a, false",
    "field=., false",
    "'fields=a,b', false",
    "maxStale=5, false",
    "rejected=v1, false"
  })
  void a_cached_answer_is_for_the_whole_secret_without_conditions(String query, boolean takes) {
    assertThat(good("secretId=a&" + query).takesCachedAnswer()).isEqualTo(takes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
                                         | secretId is missing
          ''                             | secretId is missing
          secretid=a                     | there is no parameter "secretid"
          secretId=a&roleArn=r           | there is no parameter "roleArn"
          secretId=a&=b                  | there is no parameter ""
          secretId=a&%0a=b               | there is no parameter ".."
          secretId=a&secretId=a          | secretId is given more than once
          secretId=a&versionId=1&version%49d=2 | versionId is given more than once
          secretId=                      | secretId is empty
          secretId                       | secretId is empty
          secretId=a&refreshNow          | refreshNow is empty
          secretId=a&maxStale=           | maxStale is empty
          secretId=a&field=%0a           | field holds a control character
          secretId=a&fields=             | fields is empty
          secretId=a&fields=a,,b         | fields takes names and commas only; field=. is the exact value
          secretId=a&fields=a,%0a        | fields holds a control character
          secretId=a&fields=a,%zz | fields holds a % that two hexadecimal digits do not follow
          secretId=a&fields=a,%2E        | fields takes names and commas only; field=. is the exact value
          secretId=a&fields=a&field=b    | field and fields cannot be given together
          secretId=a&fields=a&fields=b   | fields is given more than once
          secretId=a%00                  | secretId holds a control character
          secretId=a&versionId=%7f       | versionId holds a control character
          secretId=a&versionStage=%C2%85 | versionStage holds a control character
          secretId=%ff                   | secretId is not UTF-8
          secretId=%4 | secretId holds a % that two hexadecimal digits do not follow
          %zz=a | the name of a parameter holds a % that two hexadecimal digits do not follow
          secretId=a&refreshNow=yes      | refreshNow must be true, false, 1 or 0
          secretId=a&refreshNow=true+    | refreshNow must be true, false, 1 or 0
          secretId=a&maxStale=-1         | maxStale must be a number of seconds of 1 to 9 digits
          secretId=a&maxStale=1234567890 | maxStale must be a number of seconds of 1 to 9 digits
          secretId=a&rejected=           | rejected is empty
          secretId=a&rejected=a%0ab      | rejected holds a control character
          secretId=a&rejected=1&rejected=2&rejected=3&rejected=4&rejected=5&rejected=6&rejected=7&rejected=8&rejected=9 | rejected is given more than 8 times
          secretId=a&rejected=v1&versionId=v1 | rejected is for the version in use: without versionId, versionStage and refreshNow
          secretId=a&rejected=v1&versionStage=ACSPrevious | rejected is for the version in use: without versionId, versionStage and refreshNow
          secretId=a&rejected=v1&refreshNow=1 | rejected is for the version in use: without versionId, versionStage and refreshNow
          secretId=a&maxStale=%D9%A1     | maxStale must be a number of seconds of 1 to 9 digits
          """)
  void a_problem_is_named(String query, String problem) {
    assertThat(shown(parser.named(query))).isEqualTo(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secretId",
        "versionId",
        "versionStage",
        "refreshNow",
        "field",
        "fields",
        "maxStale"
      })
  void a_value_has_512_characters_at_most_and_no_longer_name_is_said_back(String parameter) {
    var others = parameter.equals("secretId") ? "" : "secretId=a&";
    assertThat(shown(parser.named(others + parameter + "=" + "x".repeat(513))))
        .isEqualTo(parameter + " is longer than 512 characters");
    assertThat(shown(parser.named(others + "x".repeat(41) + "=1")))
        .isEqualTo("there is no parameter \"" + "x".repeat(40) + "..\"");
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  @Property
  void any_name_that_kms_could_have_comes_through_both_forms(
      @ForAll
          @NotBlank
          @StringLength(max = 512)
          @Chars({'a', '/', '%', '+', '&', '=', '?', ' ', 'é'})
          String name) {
    var encoded = encoded(name);
    assertThat(good("secretId=" + encoded).query().name().value()).isEqualTo(name);
    assertThat(parser.pathNamed(encoded.replace("+", "%20"), null))
        .isEqualTo(parser.named("secretId=" + encoded));
  }

  private static Parsed<String> path(String raw) {
    return PercentDecoding.PATH.decode("it", raw);
  }

  @Property
  void what_is_encoded_octet_by_octet_comes_back(@ForAll byte[] bytes) {
    var raw = HexFormat.of().withPrefix("%").formatHex(bytes);
    var lenient = new String(bytes, StandardCharsets.UTF_8);
    var isUtf8 = Arrays.equals(lenient.getBytes(StandardCharsets.UTF_8), bytes);
    assertThat(path(raw))
        .isEqualTo(
            isUtf8 ? new Parsed.Valid<>(lenient) : new Parsed.Invalid<String>("it is not UTF-8"));
  }

  @Property
  void bad_escapes_and_what_should_have_been_one_are_refused(
      @ForAll @Chars({'%', '+', '4', 'f', 'G', 'é', '٣'}) String raw) {
    boolean ascii = raw.matches("\\p{ASCII}*");
    boolean whole = !raw.replaceAll("%[0-9a-fA-F]{2}", "").contains("%");
    boolean utf8 = !raw.matches(".*%f[4f].*");
    assertThat(path(raw) instanceof Parsed.Valid).isEqualTo(ascii && whole && utf8);
  }
}
