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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each page in Chinese has the blocks of the page in English, with the same code and links. */
final class TranslationsTest {
  private static final String HELP = "https://www.alibabacloud.com/help/en/";
  private static final String HELP_IN_CHINESE = "https://help.aliyun.com/zh/";

  /** What must be the same in both languages. */
  private record Content(String kind, Set<String> codeSpans, Set<Target> links) {}

  /** Where a link leads, in English: a path or an address, and the place of a heading. */
  private record Target(String page, Optional<Integer> heading) {}

  static Stream<Path> pages() {
    var pages = Clone.files(Clone.root().resolve("docs/zh"), 1, ".md").stream();
    return Stream.concat(Stream.of(Clone.root().resolve("README.zh-CN.md")), pages);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_has_the_content_of_the_one_in_english(Path page) {
    assertThat(difference(page)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_links_to_pages_in_chinese_and_once_to_its_own_in_english(Path page) {
    var translated = pages().map(TranslationsTest::english).collect(toSet());

    assertThat(MarkdownPage.read(page).links().map(Link::file).filter(translated::contains))
        .containsExactly(english(page));
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
    var addresses =
        block
            .links()
            .map(link -> link.group(1).replace(HELP_IN_CHINESE, HELP))
            .filter(address -> address.contains("://"))
            .map(address -> new Target(address, Optional.empty()));
    var files =
        page.links(block).map(link -> new Target(english(link.file()).toString(), link.heading()));
    return Stream.concat(addresses, files).collect(toSet());
  }

  private static Path english(Path page) {
    if (page.endsWith("README.zh-CN.md")) {
      return page.resolveSibling("README.md");
    }
    var folder = page.resolveSibling("");
    return folder.endsWith("docs/zh") ? folder.resolveSibling(page.getFileName()) : page;
  }
}
