package dev.kmsagent.adapters.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceTest {
  @TempDir private Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("token"), content);
  }

  private static TokenSource.Reading read(Path file) {
    return TokenSource.of("file://" + file).read();
  }

  private static TokenSource.Reading usable(String token) {
    return new TokenSource.Reading.Usable(new ConfidentialText(token));
  }

  private static String reason(TokenSource.Reading reading) {
    return ((TokenSource.Reading.Unusable) reading).reason();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b%20c", "token?x=y", "token#part", "..token", "token "})
  void a_name_of_a_file_is_taken_as_it_is_and_white_space_round_the_token_dropped(String name)
      throws IOException {
    assertThat(read(Files.writeString(folder.resolve(name), " \tabc\r\n\n")))
        .isEqualTo(usable("abc"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          file:
          file://
          file:/etc/token
          file:token
          file://etc/token
          file://localhost/etc/token
          FILE:///etc/token
          ` file:///etc/token`
          `\nfile:/etc/token`
          "file:///etc/token"
          'file:/etc/token'
          """)
  void a_text_that_begins_like_a_file_uri_and_is_none_is_no_token_and_is_not_shown(String text) {
    assertThat(reason(TokenSource.of(text).read()))
        .startsWith("the value begins with file: and not with file:///: write file:///path")
        .doesNotContain("etc", "localhost");
  }

  @Test
  void a_path_of_what_exists_is_no_token_and_is_not_shown() throws IOException {
    var dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("absent"));
    for (var path :
        List.of(file("abc"), folder, dangling, "\"" + folder + "\"", "'" + folder + "'")) {
      assertThat(reason(TokenSource.of(path.toString()).read()))
          .startsWith("the value is the path of a file: write file:// before the path")
          .doesNotContain(folder.toString());
    }
  }

  @Test
  void a_setting_is_the_token_itself_which_may_begin_like_a_path_or_hold_the_name_of_the_scheme() {
    var missing = folder.resolve("missing").toString();
    for (var token : List.of("abc", missing, "/" + "a".repeat(300), "afile:/b", "files:///b")) {
      assertThat(TokenSource.of(token).read()).isEqualTo(usable(token));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", " a", "a\n", "é", "\u0000", "\u007f"})
  void a_token_that_no_header_can_carry_is_none_and_is_not_shown(String text) {
    assertThat(reason(TokenSource.of(text).read()))
        .isEqualTo("the token holds white space or a character that is not plain ASCII");
  }

  @Test
  void an_empty_token_is_none() throws IOException {
    assertThat(reason(TokenSource.of("").read())).isEqualTo("the token is empty");
    assertThat(reason(read(file(" \n")))).isEqualTo("the token is empty");
  }

  @Test
  void a_file_that_cannot_be_read_is_named() throws IOException {
    var missing = folder.resolve("missing");
    assertThat(reason(read(missing)))
        .isEqualTo("the token file " + missing + " cannot be read: no such file");
    assertThat(reason(read(folder))).endsWith("cannot be read: Is a directory");
    assertThat(reason(read(file("token").resolve("below"))))
        .endsWith("cannot be read: Not a directory");
    assertThat(reason(TokenSource.of("file:///\u0000").read()))
        .endsWith("cannot be read: it is no path");
    assertThat(reason(read(Path.of("/dev/zero"))))
        .as("which has no end")
        .isEqualTo("the token file /dev/zero is too large");
  }

  @Test
  void nothing_here_prints_a_token() {
    var reading = TokenSource.of("abcdef").read();
    assertThat(reading.toString()).isEqualTo("Usable[token=***]");
    assertThat(TokenSource.of("abcdef").toString()).doesNotContain("abcdef");
    assertThat(reading).isEqualTo(usable("abcdef")).isNotEqualTo(usable("abcdeg"));
  }
}
