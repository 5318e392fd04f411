package dev.kmsagent.deploy;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.deploy.MarkdownPage.Block;
import dev.kmsagent.deploy.MarkdownPage.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each page in Chinese has the blocks of the page in English, with the same code and links. {@link
 * ExcerptsTest} is about shorter ones.
 */
final class TranslationsTest {
  private static final String ZH = ".zh-CN.md";

  /** The vendor's help in one of the languages. */
  private static final Pattern HELP =
      Pattern.compile(
          "https://(?:www\\.)?(?:alibabacloud\\.com/help/(?:en|doc-detail)"
              + "|help\\.aliyun\\.com/(?:en|zh|document_detail))/");

  /** Pages that are shorter in Chinese. Their headings have the anchors of those in English. */
  private static final Set<String> EXCERPTS =
      Set.of("emulator.md", "metrics.md", "shared-cache.md");

  /** What must be the same in both languages. */
  private record Content(String kind, Set<String> codeSpans, Set<Target> links) {}

  /** Where a link leads, in English: a path or an address, and the place of a heading. */
  private record Target(String page, Optional<Integer> heading) {}

  /** The pages in Chinese. */
  static Stream<Path> all() {
    var pages = Clone.files(Clone.root().resolve("docs/zh"), 1, ".md");
    return Stream.concat(Clone.files(Clone.root(), 1, ZH).stream(), pages.stream());
  }

  static Stream<Path> pages() {
    return all().filter(page -> !isExcerpt(page));
  }

  static boolean isExcerpt(Path page) {
    return page.resolveSibling("").endsWith("docs/zh")
        && EXCERPTS.contains(page.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_has_the_content_of_the_one_in_english(Path page) {
    assertThat(difference(page)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_links_to_pages_in_chinese_and_once_to_its_own_in_english(Path page) {
    assertThat(linksToEnglish(page)).containsExactly(english(page));
  }

  /** The links to pages in English that are there in Chinese. */
  static Stream<Path> linksToEnglish(Path page) {
    var translated = all().map(TranslationsTest::english).collect(toSet());
    return MarkdownPage.read(page).links().map(Link::file).filter(translated::contains);
  }

  /** The agent and its alerts name sections by anchors, which then lead to either page. */
  @Test
  void the_page_of_symptoms_has_the_anchors_of_the_one_in_english() {
    var page = MarkdownPage.read(Clone.root().resolve("docs/zh/when-something-is-wrong.md"));
    var english = MarkdownPage.read(english(page.file())).ids();

    assertThat(page.ids().stream().skip(1))
        .containsExactlyElementsOf(english.subList(1, english.size()));
  }

  /** Comments alone are translated in code. A semicolon stands for a new line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          ## Section;- Item `A`          | ## 节;- 项 `A`             | true
          ## Section;- Item `A`          | ## 节                      | false
          ## Section;- Item `A`          | ### 节;- 项 `A`            | false
          ## Section;- Item `A`          | ## 节;- 项                 | false
          ## Section;- Item `A`          | ## 节;项 `A`               | false
          ```sh;a # An item;```          | ```sh;a # 项;```           | true
          ```sh;// An item;```           | ```sh;// 项;```            | true
          ```sh;  /** An item. */;```    | ```sh;  /** 项。 */;```    | true
          ```sh;\"""An item.\""";```     | ```sh;\"""项。\""";```     | true
          ```sh;a # An item;```          | ```sh;b # 项;```           | false
          ```sh;a # An item;```          | ```sh;a;```                | false
          ```sh;get http://a/b;```       | ```sh;get http://a/项;```  | false
          ```sh;a#b;```                  | ```sh;a#项;```             | false
          """)
  void a_difference_is_found(String english, String chinese, boolean same, @TempDir Path folder)
      throws IOException {
    var zh = Files.createDirectories(folder.resolve("docs/zh"));
    Files.writeString(folder.resolve("docs/page.md"), english.replace(";", "\n") + "\n");
    var page = Files.writeString(zh.resolve("page.md"), chinese.replace(";", "\n") + "\n");

    assertThat(difference(page).isEmpty()).isEqualTo(same);
  }

  /** The first block that differs, in both languages. */
  private static List<String> difference(Path file) {
    var pages = Stream.of(file, english(file)).map(MarkdownPage::read).toList();
    var place = Arrays.mismatch(contents(pages.getFirst()), contents(pages.getLast()));
    return place < 0
        ? List.of()
        : pages.stream()
            .flatMap(page -> page.blocks().stream().skip(place).limit(1))
            .map(Block::text)
            .toList();
  }

  private static Content[] contents(MarkdownPage page) {
    return page.blocks().stream()
        .map(block -> new Content(block.kind(), block.codeSpans(), targets(page, block)))
        .toArray(Content[]::new);
  }

  private static Set<Target> targets(MarkdownPage page, Block block) {
    var files =
        page.links(block).map(link -> new Target(english(link.file()).toString(), place(link)));
    var addresses = addresses(block).map(address -> new Target(address, Optional.empty()));
    return Stream.concat(addresses, files).collect(toSet());
  }

  /** The place of the heading in the page in English. */
  private static Optional<Integer> place(Link link) {
    if (!isExcerpt(link.file())) {
      return link.heading();
    }
    var english = MarkdownPage.read(english(link.file())).anchors();
    return link.heading().map(MarkdownPage.read(link.file()).ids()::get).map(english::indexOf);
  }

  /** The addresses that it links to, without the language of help. */
  static Stream<String> addresses(Block block) {
    return block
        .links()
        .map(link -> link.group(1))
        .filter(address -> address.contains("://"))
        .map(address -> HELP.matcher(address).replaceAll("https://help/"));
  }

  static Path english(Path page) {
    var name = page.getFileName().toString();
    if (name.endsWith(ZH)) {
      return page.resolveSibling(name.replace(ZH, ".md"));
    }
    var folder = page.resolveSibling("");
    return folder.endsWith("docs/zh") ? folder.resolveSibling(name) : page;
  }
}
