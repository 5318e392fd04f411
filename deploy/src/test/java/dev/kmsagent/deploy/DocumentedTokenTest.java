package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All users of a host can see the arguments of a command. */
final class DocumentedTokenTest {
  private static final Pattern IN_ARGUMENT =
      Pattern.compile("(-H|--header)[ =]*[\"']?[A-Za-z-]*(Token|Authorization).*");

  @Test
  void no_command_of_the_pages_has_the_token_in_its_arguments() {
    assertThat(DocumentationLinksTest.pages()).hasSizeGreaterThan(10);
    assertThat(DocumentationLinksTest.pages().flatMap(DocumentedTokenTest::found)).isEmpty();
  }

  private static Stream<String> found(Path page) {
    try {
      var text = Files.readString(page);
      return IN_ARGUMENT
          .matcher(text)
          .results()
          .map(MatchResult::group)
          .map(it -> page + ": " + it);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
