package dev.kmsagent.config.loading;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A choice among words, read in any case and shown as spelled here.
 *
 * @param later words that are known, but not to this build
 */
record Words<T>(Map<String, T> known, Set<String> later) {

  static <T> Words<T> of(String word, T meaning) {
    return new Words<>(Map.of(word, meaning), Set.of());
  }

  Words<T> and(String word, T meaning) {
    Map<String, T> more = new LinkedHashMap<>(known);
    more.put(word, meaning);
    return new Words<>(more, later);
  }

  Words<T> andLater(String word) {
    Set<String> more = new LinkedHashSet<>(later);
    more.add(word);
    return new Words<>(known, more);
  }

  Reading<T> read(String text) {
    Optional<T> meaning =
        known.entrySet().stream()
            .filter(word -> word.getKey().equalsIgnoreCase(text))
            .map(Map.Entry::getValue)
            .findFirst();
    boolean isLater = later.stream().anyMatch(text::equalsIgnoreCase);
    return meaning
        .<Reading<T>>map(Reading.Good::new)
        .orElseGet(
            () -> new Reading.Bad<>(isLater ? "is not in this build" : "is not a known word"));
  }

  String spelled(T meaning) {
    return known.entrySet().stream()
        .filter(word -> word.getValue().equals(meaning))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The words of this build, as TOML writes them. */
  String listed() {
    return known.keySet().stream().map(Literal::of).collect(Collectors.joining(", "));
  }
}
