package dev.kmsagent.config.loading;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A choice among words, read in any case and shown as spelled here. */
record Words<T>(Map<String, T> known) {

  static <T> Words<T> of(String word, T meaning) {
    return new Words<>(Map.of(word, meaning));
  }

  Words<T> and(String word, T meaning) {
    Map<String, T> more = new LinkedHashMap<>(known);
    more.put(word, meaning);
    return new Words<>(more);
  }

  Reading<T> read(String text) {
    return known.entrySet().stream()
        .filter(word -> word.getKey().equalsIgnoreCase(text))
        .map(Map.Entry::getValue)
        .findFirst()
        .<Reading<T>>map(Reading.Good::new)
        .orElseGet(() -> new Reading.Bad<>("is not a known word"));
  }

  String spelled(T meaning) {
    return known.entrySet().stream()
        .filter(word -> word.getValue().equals(meaning))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The words as TOML writes them. */
  String listed() {
    return known.keySet().stream().map(Literal::of).collect(Collectors.joining(", "));
  }
}
