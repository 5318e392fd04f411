package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Unchecked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A program as a document has it, to be run against an agent of a test: with another port and
 * another token file, and otherwise as it stands.
 */
record Snippet(String text) {
  private static final Path RESOURCES = Path.of("src/test/resources/dev/kmsagent/clients");

  /** The first block of this language below a heading of the page on clients. */
  static Snippet ofPage(String heading, String language) {
    return ofPage("clients.md", heading, language);
  }

  /** The same of another page. */
  static Snippet ofPage(String page, String heading, String language) {
    var pattern =
        "(?s)\n##+ %s\n.*?\n```%s\n(.*?)```\n".formatted(Pattern.quote(heading), language);
    var block = Pattern.compile(pattern).matcher(read(Path.of("..", "docs", page)));
    assertThat(block.find()).as("%s has a %s block below %s", page, language, heading).isTrue();
    return new Snippet(block.group(1));
  }

  /** A file beside the tests. */
  static Snippet ofFile(String name) {
    return new Snippet(read(RESOURCES.resolve(name)));
  }

  static String read(Path file) {
    return Unchecked.get(() -> Files.readString(file));
  }

  /** The same with another text in one place. */
  Snippet with(String before, String after) {
    assertThat(text).containsOnlyOnce(before);
    return new Snippet(text.replace(before, after));
  }

  /** Writes it to a file of this name, for an agent at this port. */
  Path writeTo(Path folder, String name, int port) throws IOException {
    var tokens = Files.createDirectories(folder.resolve("kmstoken"));
    Files.writeString(tokens.resolve("token"), StartedAgent.TOKEN);
    var adapted =
        text.replaceAll("(?<=127.0.0.1|localhost):(2025|2773)", ":" + port)
            .replace("/var/run/awssmatoken", "/var/run/kmstoken/token")
            .replace("/var/run/kmstoken/", tokens + "/");
    return Files.writeString(folder.resolve(name), adapted);
  }
}
