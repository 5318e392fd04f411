package dev.kmsagent.deploy;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page in Markdown as a list of blocks: headings, paragraphs, list items, table rows, code. */
record MarkdownPage(Path file, List<Block> blocks) {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?ms)^ *```.*?^ *```$|^[^\\n]+(?:\\n(?! *(?:- |\\d+\\. |\\||#|```))[^\\n]+)*");
  private static final Pattern KIND = Pattern.compile(" *(?:-|\\d+\\.|#+)(?= )");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)]*))?\\)");
  private static final Pattern CODE_SPAN = Pattern.compile("`[^`]+`");
  private static final Pattern ID = Pattern.compile("<a id=\"([^\"]+)\"></a>");
  private static final Pattern COMMENT = Pattern.compile("(?m)(?<=^| )(# |// |/\\*\\* |\"\"\").*");

  MarkdownPage {
    blocks = List.copyOf(blocks);
  }

  static MarkdownPage read(Path file) {
    var blocks = BLOCK.matcher(Clone.text(file)).results();
    return new MarkdownPage(file, blocks.map(MatchResult::group).map(Block::new).toList());
  }

  /** The anchors that forges give to the headings, in their order. */
  List<String> anchors() {
    return headings().map(MarkdownPage::anchor).toList();
  }

  /** The anchors that the headings contain, or else those that forges give, in their order. */
  List<String> ids() {
    return headings().map(MarkdownPage::id).toList();
  }

  private int place(String anchor) {
    return Math.max(anchors().indexOf(anchor), ids().indexOf(anchor));
  }

  private Stream<String> headings() {
    return blocks.stream()
        .filter(block -> block.kind().endsWith("#"))
        .map(block -> block.text().substring(block.kind().length() + 1));
  }

  private static String id(String heading) {
    var id = ID.matcher(heading);
    return id.lookingAt() ? id.group(1) : anchor(heading);
  }

  private static String anchor(String heading) {
    return ID.matcher(heading)
        .replaceAll("")
        .toLowerCase(Locale.ROOT)
        .replaceAll("(?U)[^\\w\\- ]", "")
        .replace(' ', '-');
  }

  /** Its blocks of code in a language, without their marks. */
  Stream<String> code(String language) {
    return blocks.stream()
        .map(Block::text)
        .filter(text -> text.startsWith("```" + language + "\n"))
        .map(text -> text.substring(text.indexOf('\n') + 1, text.lastIndexOf("```")));
  }

  /** The relative links. */
  Stream<Link> links() {
    return blocks.stream().flatMap(this::links);
  }

  /** The relative links of a block. */
  Stream<Link> links(Block block) {
    return block.links().filter(link -> !link.group(1).contains("://")).map(this::link);
  }

  private Link link(MatchResult link) {
    var path = link.group(1);
    return new Link(
        path.isEmpty() ? file : file.resolveSibling(path).normalize(),
        Optional.ofNullable(link.group(2)));
  }

  /** A link to a file, and perhaps to one of its headings. */
  record Link(Path file, Optional<String> anchor) {

    /** The place of the heading among those of the page. */
    Optional<Integer> heading() {
      return anchor.map(name -> read(file).place(name));
    }
  }

  /** A heading, a paragraph, an item of a list, a row of a table, or a block of code. */
  record Block(String text) {

    /** The code without what comments say, the bars of the row, or what it begins with. */
    String kind() {
      if (isCode()) {
        return COMMENT.matcher(text).replaceAll("$1");
      }
      var kind = KIND.matcher(text);
      return text.startsWith("|")
          ? text.replaceAll("[^|]", "")
          : kind.lookingAt() ? kind.group() : "";
    }

    /** The code spans in it. */
    Set<String> codeSpans() {
      return isCode()
          ? Set.of()
          : CODE_SPAN
              .matcher(text.replaceAll("\\s+", " "))
              .results()
              .map(MatchResult::group)
              .collect(Collectors.toSet());
    }

    /** The links in it: the path or address, and the anchor or null. */
    Stream<MatchResult> links() {
      return isCode() ? Stream.empty() : LINK.matcher(text).results();
    }

    boolean isCode() {
      return text.stripLeading().startsWith("```");
    }
  }
}
