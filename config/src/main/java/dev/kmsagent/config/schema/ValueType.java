package dev.kmsagent.config.schema;

import dev.kmsagent.domain.Parsed;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The type of a key's value: how it is read, what is allowed, how it is shown.
 *
 * @param confidential whether the value is never shown
 * @param parser checks a value of TOML and converts it
 * @param literal the value in the notation of TOML
 */
public record ValueType<T>(
    TomlValue.Type toml,
    Allowed allowed,
    boolean confidential,
    Function<TomlValue, Parsed<T>> parser,
    Function<T, String> literal) {

  /** A type whose values are shown. */
  public ValueType(
      TomlValue.Type toml,
      Allowed allowed,
      Function<TomlValue, Parsed<T>> parser,
      Function<T, String> literal) {
    this(toml, allowed, false, parser, literal);
  }

  /** The allowed values, for messages and for the JSON Schema. */
  public sealed interface Allowed {

    /** Numbers between these two, inclusive, of a unit with a space before it, or of none. */
    record Range(Number least, Number most, String unit) implements Allowed {}

    /** One of these words, in any case. */
    record Choice(List<String> words) implements Allowed {}

    /** Whatever this phrase says. */
    record Phrase(String text) implements Allowed {}

    /** The phrase for messages. */
    default String describe() {
      return switch (this) {
        case Range(var least, var most, var unit) -> least + ".." + most + unit;
        case Choice(var words) ->
            words.stream().map(TomlValue::literal).collect(Collectors.joining(", "));
        case Phrase(var text) -> text;
      };
    }
  }

  /** Checks a value and converts it. */
  public Parsed<T> parse(TomlValue value) {
    return parser.apply(value);
  }

  /** The value as it may be shown. */
  public String show(T value) {
    return confidential ? "***" : literal.apply(value);
  }

  /** The unchecked value as it may be shown; one of many lines is not. */
  public String show(TomlValue value) {
    return confidential || toml == TomlValue.Type.TOML ? value.kind() : value.shown();
  }
}
