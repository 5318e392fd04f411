package dev.kmsagent.config.schema;

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

  /** The result of checking a value. */
  public sealed interface Parsed<T> {

    /** The converted value. */
    record Valid<T>(T value) implements Parsed<T> {}

    /**
     * A value that is not allowed.
     *
     * @param wrong a phrase that follows the key's name
     */
    record Invalid<T>(String wrong) implements Parsed<T> {}

    /** What one of the functions makes of the value, or of what is wrong with it. */
    default <R> R fold(Function<? super T, R> ifValid, Function<String, R> ifInvalid) {
      return this instanceof Valid<T>(var value)
          ? ifValid.apply(value)
          : ifInvalid.apply(((Invalid<T>) this).wrong());
    }

    /** Goes on with a valid value. */
    default <R> Parsed<R> then(Function<? super T, ? extends Parsed<R>> next) {
      return fold(next::apply, Invalid::new);
    }

    /** Converts a valid value. */
    default <R> Parsed<R> map(Function<? super T, ? extends R> change) {
      return then(value -> new Valid<>(change.apply(value)));
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
