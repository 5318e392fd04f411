package dev.kmsagent.config.schema;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A value as TOML has it, before the type of its key has checked it. */
public sealed interface TomlValue {
  /** Longer values are cut in messages. */
  int LONGEST = 80;

  /** A string. */
  record Text(String content) implements TomlValue {

    /** Leaves the content out: it may be a secret. */
    @Override
    public String toString() {
      return "Text";
    }
  }

  /** A whole number. */
  record Whole(long number) implements TomlValue {}

  /** A number with a fraction. */
  record Decimal(double number) implements TomlValue {}

  /** True or false. */
  record Flag(boolean on) implements TomlValue {}

  /** A list. */
  record Items(List<TomlValue> items) implements TomlValue {}

  /** A table or a date, which no key takes. */
  record Other(String kind) implements TomlValue {}

  /** Its type, without its content. */
  default String kind() {
    return switch (this) {
      case Text _ -> "a string";
      case Whole _ -> "a whole number";
      case Decimal _ -> "a decimal number";
      case Flag _ -> "a boolean";
      case Items _ -> "a list";
      case Other(var kind) -> kind;
    };
  }

  /** The value in the notation of TOML, cut when long; a login before an {@code @} is masked. */
  default String shown() {
    return switch (this) {
      case Text(var content) -> literal(cut(content.replaceFirst("(?s)^.*@", "***@")));
      case Whole(var number) -> Long.toString(number);
      case Decimal(var number) -> Double.toString(number);
      case Flag(var on) -> Boolean.toString(on);
      case Items(var items) ->
          cut(items.stream().map(TomlValue::shown).collect(Collectors.joining(", ", "[", "]")));
      case Other(var kind) -> kind;
    };
  }

  /** A string in the notation of TOML. */
  static String literal(String text) {
    var escaped =
        text.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\t", "\\t");
    return '"' + OneLine.of(escaped) + '"';
  }

  /** A list of strings in the notation of TOML. */
  static String literal(List<String> items) {
    return items.stream().map(TomlValue::literal).collect(Collectors.joining(", ", "[", "]"));
  }

  /** The text, cut when long. */
  static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "..";
  }

  /** What a key expects, and so how the text of an environment variable is read. */
  enum Type {
    TEXT("a string"),
    TOML("a string"),
    WHOLE("a whole number"),
    DECIMAL("a number"),
    FLAG("true or false"),
    LIST("a list of strings"),
    TEXT_OR_LIST("a string or a list of strings");

    private static final String INTEGER = "-?[0-9]{1,18}";
    private final String kind;

    Type(String kind) {
      this.kind = kind;
    }

    /** What messages call it. */
    public String kind() {
      return kind;
    }

    /** The text of a variable; text that does not fit this type stays text, and is rejected. */
    public TomlValue ofVariable(String text) {
      return switch (this) {
        case TEXT, TOML -> new Text(text);
        case WHOLE -> text.matches(INTEGER) ? new Whole(Long.parseLong(text)) : new Text(text);
        case DECIMAL ->
            text.matches(INTEGER + "([.][0-9]{1,18})?")
                ? new Decimal(Double.parseDouble(text))
                : new Text(text);
        case FLAG ->
            text.matches("(?i)true|false") ? new Flag(Boolean.parseBoolean(text)) : new Text(text);
        case LIST, TEXT_OR_LIST -> new Items(items(text));
      };
    }

    private static List<TomlValue> items(String text) {
      return text.isBlank()
          ? List.of()
          : Arrays.stream(text.split(",", -1))
              .<TomlValue>map(item -> new Text(item.strip()))
              .toList();
    }
  }
}
