package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.token.TokenSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenLookupTest {
  private static final List<String> VARIABLES = List.of("FIRST", "SECOND");

  private static String reason(Map<String, String> environment) {
    return ((TokenLookup.Missing) TokenLookup.in(VARIABLES, environment)).reason();
  }

  private static TokenLookup.Found found(Map<String, String> environment) {
    return (TokenLookup.Found) TokenLookup.in(VARIABLES, environment);
  }

  @Test
  void the_first_variable_that_is_set_counts() {
    assertThat(found(Map.of("FIRST", "one", "SECOND", "two")).variable()).isEqualTo("FIRST");
    assertThat(found(Map.of("SECOND", "two")).variable()).isEqualTo("SECOND");
  }

  @Test
  void a_variable_may_name_a_file(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("token"), "one\n");

    var found = found(Map.of("FIRST", "file://" + file));

    assertThat(found.source()).isInstanceOf(TokenSource.FromFile.class);
    assertThat(found.token()).isEqualTo(found(Map.of("FIRST", "one")).token());
  }

  @Test
  void with_none_set_the_variables_are_named() {
    assertThat(reason(Map.of("THIRD", "three"))).contains("FIRST, SECOND");
  }

  @Test
  void one_that_is_set_but_gives_none_is_named_and_the_next_is_not_tried() {
    assertThat(reason(Map.of("FIRST", "", "SECOND", "two"))).startsWith("FIRST: ");
    assertThat(reason(Map.of("FIRST", "file:///no/such/file"))).contains("/no/such/file");
  }

  @Test
  void the_token_is_not_printed() {
    assertThat(found(Map.of("FIRST", "canary"))).asString().doesNotContain("canary");
  }

  @Test
  void a_token_of_less_than_sixteen_characters_is_short() {
    assertThat(found(Map.of("FIRST", "123456789012345")).isShort()).isTrue();
    assertThat(found(Map.of("FIRST", "1234567890123456")).isShort()).isFalse();
  }

  @Test
  void a_token_that_begins_with_a_slash_may_be_a_path(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("token"), "/one");

    assertThat(found(Map.of("FIRST", folder + "/absent")).mayBePath()).isTrue();
    assertThat(found(Map.of("FIRST", "one/two")).mayBePath()).isFalse();
    assertThat(found(Map.of("FIRST", "file://" + file)).mayBePath()).isFalse();
  }

  @Test
  void the_variable_of_a_token_that_is_a_file_is_named() {
    assertThat(reason(Map.of("FIRST", "file:/one"))).startsWith("FIRST: the value begins with");
    assertThat(reason(Map.of("FIRST", "/dev/null"))).startsWith("FIRST: the value is the path");
  }
}
