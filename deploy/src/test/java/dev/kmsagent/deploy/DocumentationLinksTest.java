package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every relative link in the Markdown pages leads to a file, and to a heading if it names one. */
final class DocumentationLinksTest {
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)]*))?\\)");
  private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  private record Link(Path page, String path, String heading) {
    Path file() {
      return path.isEmpty() ? page : page.resolveSibling(path).normalize();
    }

    boolean isBroken() {
      return !Files.exists(file()) || (!heading.isEmpty() && !anchors(file()).contains(heading));
    }
  }

  @Test
  void no_link_is_broken() {
    var links = pages().flatMap(DocumentationLinksTest::links).toList();

    assertThat(links).hasSizeGreaterThan(100);
    assertThat(links.stream().filter(Link::isBroken)).isEmpty();
  }

  private static Stream<Path> pages() {
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

  private static Stream<Link> links(Path page) {
    return LINK.matcher(text(page))
        .results()
        .filter(link -> !link.group(1).contains("://"))
        .map(link -> new Link(page, link.group(1), link.group(2) == null ? "" : link.group(2)));
  }

  /** The anchors that forges give to the headings of a page. */
  private static Set<String> anchors(Path page) {
    return HEADING
        .matcher(text(page))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static String text(Path page) {
    try {
      return CODE.matcher(Files.readString(page)).replaceAll("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
