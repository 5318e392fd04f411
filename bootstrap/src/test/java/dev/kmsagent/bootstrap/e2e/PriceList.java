package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The page with the prices: of each a heading, what it means and how to look, and a block. */
final class PriceList {
  /** A test of the module {@code deploy} measures it. */
  static final String IMAGE = "Size of the image";

  private static final Path PAGE = Path.of("..", "docs", "internals", "price-list.md");
  private static final Pattern SECTION =
      Pattern.compile("## (?<name>.+)\n\n(?<text>(?:.*\n)+?)\n```text\n(?<price>(?:.+\n)*?)```\n");

  private final Map<String, Section> sections = new LinkedHashMap<>();

  /** A price as it is listed, a line each, and the text above it. */
  record Section(String text, List<String> price) {
    Section {
      price = List.copyOf(price);
    }
  }

  private PriceList(String page) {
    SECTION
        .matcher(page)
        .results()
        .forEach(
            section -> {
              var price = section.group("price").lines().toList();
              sections.put(section.group("name"), new Section(section.group("text"), price));
            });
  }

  static PriceList read() {
    return new PriceList(page());
  }

  Map<String, Section> sections() {
    return sections;
  }

  Section section(String name) {
    return Objects.requireNonNull(sections.get(name), "no heading: " + name);
  }

  /** Replaces prices. */
  static void write(Map<String, List<String>> prices) throws IOException {
    var page = page();
    for (var price : prices.entrySet()) {
      var from = page.indexOf("```text\n", page.indexOf("## " + price.getKey() + "\n")) + 8;
      var to = page.indexOf("```", from);
      var lines = String.join("\n", price.getValue()) + "\n";
      page = page.substring(0, from) + lines + page.substring(to);
    }
    Files.writeString(PAGE, page);
  }

  private static String page() {
    try {
      return Files.readString(PAGE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
