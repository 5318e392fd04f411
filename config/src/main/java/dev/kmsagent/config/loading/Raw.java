package dev.kmsagent.config.loading;

import java.util.List;
import java.util.stream.Collectors;

/** A value as written, before any key has judged it. */
sealed interface Raw {

  /** A string. */
  record Text(String content) implements Raw {

    /** Leaves the content out: it may be a secret. */
    @Override
    public String toString() {
      return "Text";
    }
  }

  /** A whole number. */
  record Whole(long number) implements Raw {}

  /** A number with a fraction. */
  record Decimal(double number) implements Raw {}

  /** True or false. */
  record Flag(boolean on) implements Raw {}

  /** A list. */
  record Items(List<Raw> items) implements Raw {}

  /** Something no key takes: a table, a date. */
  record Other(String kind) implements Raw {}

  /** What sort of thing it is, without the thing. */
  default String kind() {
    return switch (this) {
      case Text _ -> "a string";
      case Whole _ -> "a whole number";
      case Decimal _ -> "a decimal number";
      case Flag _ -> "a boolean";
      case Items _ -> "a list";
      case Other(String kind) -> kind;
    };
  }

  /** The thing as TOML writes it, short and on one line. */
  default String shown() {
    return switch (this) {
      case Text(String content) -> Literal.shortened(content);
      case Whole(long number) -> Long.toString(number);
      case Decimal(double number) -> Double.toString(number);
      case Flag(boolean on) -> Boolean.toString(on);
      case Items(List<Raw> items) ->
          Literal.cut(items.stream().map(Raw::shown).collect(Collectors.joining(", ", "[", "]")));
      case Other(String kind) -> kind;
    };
  }
}
