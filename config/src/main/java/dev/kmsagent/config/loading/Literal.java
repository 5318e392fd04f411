package dev.kmsagent.config.loading;

import java.util.List;
import java.util.stream.Collectors;
import org.tomlj.Toml;

/** Values written as TOML writes them. */
final class Literal {
  private static final int LONGEST = 80;

  private Literal() {}

  static String of(String text) {
    return '"' + Toml.tomlEscape(text).toString() + '"';
  }

  static String of(List<String> items) {
    return items.stream().map(Literal::of).collect(Collectors.joining(", ", "[", "]"));
  }

  /** As it stands, cut when long. */
  static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "..";
  }

  /** In quotes, cut when long; what stands before an {@code @} may be a login and is left out. */
  static String shortened(String text) {
    String harmless = text.indexOf('@') < 0 ? text : "***" + text.substring(text.lastIndexOf('@'));
    return of(cut(harmless));
  }
}
