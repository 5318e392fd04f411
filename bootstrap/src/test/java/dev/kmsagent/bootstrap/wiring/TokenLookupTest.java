package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokenLookupTest {
  private static final List<String> VARIABLES = List.of("FIRST", "SECOND");

  private static String reason(Map<String, String> environment) {
    return ((TokenLookup.Missing) TokenLookup.in(VARIABLES, environment)).reason();
  }

  private static TokenLookup.Found found(String setting) {
    return (TokenLookup.Found) TokenLookup.in(VARIABLES, Map.of("SECOND", setting));
  }

  @Test
  void one_that_is_set_but_gives_none_is_named_and_the_next_is_not_tried() {
    assertThat(reason(Map.of("FIRST", "", "SECOND", "two"))).startsWith("FIRST: ");
    assertThat(reason(Map.of("FIRST", "file:///no/such/file"))).contains("/no/such/file");
    assertThat(reason(Map.of("FIRST", "/dev/null"))).startsWith("FIRST: the value is the path");
  }

  @Test
  void the_token_is_not_printed() {
    assertThat(found("canary")).asString().doesNotContain("canary");
  }

  @ParameterizedTest
  @CsvSource({
    "123456789012345, true, false",
    "1234567890123456, false, false",
    "one/two/three/four, false, false",
    "/no/such/file/there, false, true"
  })
  void a_token_of_less_than_16_characters_is_short_and_one_from_a_slash_may_be_a_path(
      String token, boolean isShort, boolean mayBePath) {
    assertThat(found(token).isShort()).isEqualTo(isShort);
    assertThat(found(token).mayBePath()).isEqualTo(mayBePath);
  }

  @Test
  void what_a_file_holds_is_no_path(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("token"), "/one\n");

    assertThat(found("file://" + file).token()).isEqualTo(new ConfidentialText("/one"));
    assertThat(found("file://" + file).mayBePath()).isFalse();
  }
}
