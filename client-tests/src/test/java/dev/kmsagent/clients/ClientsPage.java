package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.MeasuredPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The page on clients, whose snippets tests run, and the page with what calls gave. */
final class ClientsPage {
  private static final Path FILE = Path.of("..", "docs", "clients.md");

  /** Set the property to have the tables written anew. */
  private static final MeasuredPage TRIED =
      new MeasuredPage(
          Path.of("..", "docs", "internals", "clients-tried.md"),
          "clients.write",
          "./mvnw verify -pl client-tests -am -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false"
              + " -Dit.test=dev/kmsagent/clients/*IT -Dfailsafe.failIfNoSpecifiedTests=false");

  private ClientsPage() {}

  /** Checks that the table of a client shows these calls; or makes it so. */
  static void verify(String client, Map<String, String> calls) {
    TRIED.verify(client, table(calls));
  }

  private static String table(Map<String, String> calls) {
    return calls.entrySet().stream()
        .map(call -> "| `" + call.getKey() + "` | `" + call.getValue() + "` |\n")
        .collect(Collectors.joining("", "\n| call | gives |\n|---|---|\n", "\n"));
  }

  /** The first code block of this language below a heading. */
  static String snippet(String heading, String language) throws IOException {
    return snippet(FILE, heading, language);
  }

  /** The same of another page. */
  static String snippet(Path page, String heading, String language) throws IOException {
    var pattern =
        "(?s)\n##+ %s\n.*?\n```%s\n(.*?)```\n".formatted(Pattern.quote(heading), language);
    var block = Pattern.compile(pattern).matcher(Files.readString(page));
    assertThat(block.find()).as("%s has a %s block below %s", page, language, heading).isTrue();
    return block.group(1);
  }
}
