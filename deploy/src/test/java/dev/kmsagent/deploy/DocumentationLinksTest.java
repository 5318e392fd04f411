package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.deploy.MarkdownPage.Link;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every relative link in the Markdown pages leads to a file, and to a heading if it names one. */
final class DocumentationLinksTest {
  @Test
  void no_link_is_broken() {
    var pages = pages().map(MarkdownPage::read).toList();

    assertThat(pages.stream().flatMap(MarkdownPage::links)).hasSizeGreaterThan(100);
    assertThat(pages.stream().flatMap(DocumentationLinksTest::broken)).isEmpty();
  }

  private static Stream<String> broken(MarkdownPage page) {
    return page.links()
        .filter(DocumentationLinksTest::isBroken)
        .map(link -> page.file() + ": " + link);
  }

  private static boolean isBroken(Link link) {
    return !Files.exists(link.file()) || link.heading().filter(place -> place < 0).isPresent();
  }

  /** All pages of the clone. */
  static Stream<Path> pages() {
    var root = Clone.root();
    return Stream.of(
            pages(root, 1),
            pages(root.resolve("docs"), Integer.MAX_VALUE),
            pages(root.resolve("config"), Integer.MAX_VALUE))
        .flatMap(List::stream);
  }

  private static List<Path> pages(Path folder, int depth) {
    try (var files = Files.walk(folder, depth)) {
      return files.filter(file -> file.toString().endsWith(".md")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
