package dev.kmsagent.config.schema;

import static java.util.function.Predicate.not;

import dev.kmsagent.config.schema.ValueType.Allowed;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The types of values that several tables use. */
public final class ValueTypes {
  private ValueTypes() {}

  public static ValueType<Integer> whole(int least, int most) {
    return whole(least, most, "", Math::toIntExact, number -> number.toString());
  }

  public static ValueType<Duration> millis(int least, int most) {
    return whole(
        least, most, " milliseconds", Duration::ofMillis, time -> Long.toString(time.toMillis()));
  }

  public static ValueType<Duration> seconds(int least, int most) {
    return whole(
        least, most, " seconds", Duration::ofSeconds, time -> Long.toString(time.toSeconds()));
  }

  /** One of some values, by its place from 0. */
  public static <T> ValueType<T> numbered(List<T> choices) {
    return whole(
        0,
        choices.size() - 1,
        "",
        number -> choices.get((int) number),
        choice -> Integer.toString(choices.indexOf(choice)));
  }

  private static <T> ValueType<T> whole(
      long least, long most, String unit, LongFunction<T> meaning, Function<T, String> literal) {
    return new ValueType<>(
        TomlValue.Type.WHOLE,
        new Allowed.Range(least, most, unit),
        value -> number(value).then(number -> within(least, most, number)).map(meaning::apply),
        literal);
  }

  public static ValueType<Long> bytes(long least, long most) {
    return whole(least, most, " bytes", number -> number, number -> number.toString());
  }

  public static ValueType<Double> ratio(double least, double most) {
    return new ValueType<>(
        TomlValue.Type.DECIMAL,
        new Allowed.Range(least, most, ""),
        value -> decimal(value).then(number -> within(least, most, number)),
        number -> number.toString());
  }

  private static Parsed<Long> number(TomlValue value) {
    return value instanceof TomlValue.Whole(var number)
        ? new Valid<>(number)
        : mismatch(TomlValue.Type.WHOLE);
  }

  private static Parsed<Double> decimal(TomlValue value) {
    return switch (value) {
      case TomlValue.Decimal(var number) -> new Valid<>(number);
      case TomlValue.Whole(var number) -> new Valid<>((double) number);
      default -> mismatch(TomlValue.Type.DECIMAL);
    };
  }

  private static <T extends Comparable<T>> Parsed<T> within(T least, T most, T number) {
    return checked(
        number,
        candidate -> candidate.compareTo(least) >= 0 && candidate.compareTo(most) <= 0,
        "is out of range");
  }

  public static ValueType<Boolean> flag() {
    return new ValueType<>(
        TomlValue.Type.FLAG,
        new Allowed.Phrase("true, false"),
        value ->
            value instanceof TomlValue.Flag(var on)
                ? new Valid<>(on)
                : mismatch(TomlValue.Type.FLAG),
        on -> on.toString());
  }

  /** Text that {@code good} accepts. */
  public static ValueType<String> text(String allowed, Predicate<String> good) {
    return text(allowed, content -> checked(content, good, "is not allowed"), TomlValue::literal);
  }

  /** Text that matches the pattern. */
  public static ValueType<String> text(String allowed, String pattern) {
    return text(allowed, content -> content.matches(pattern));
  }

  /** Text that stands for something else. */
  public static <T> ValueType<T> text(
      String allowed, Function<String, Parsed<T>> parser, Function<T, String> literal) {
    return text(new Allowed.Phrase(allowed), parser, literal);
  }

  private static <T> ValueType<T> text(
      Allowed allowed, Function<String, Parsed<T>> parser, Function<T, String> literal) {
    return new ValueType<>(
        TomlValue.Type.TEXT, allowed, value -> content(value).then(parser), literal);
  }

  /** Text in TOML, where {@code ${..}} may stand for something that the agent does not know. */
  public static ValueType<String> toml(String allowed, Function<String, Parsed<String>> parser) {
    var text = text(allowed, parser, TomlValue::literal);
    return new ValueType<>(TomlValue.Type.TOML, text.allowed(), text.parser(), text.literal());
  }

  public static ValueType<Path> path(String allowed) {
    return text(allowed, ValueTypes::parsePath, path -> TomlValue.literal(path.toString()));
  }

  /** Where no locale is set, a path with letters beyond ASCII cannot be used. */
  private static Parsed<Path> parsePath(String content) {
    try {
      return checked(Path.of(content), _ -> !content.isEmpty(), "is no path");
    } catch (InvalidPathException unmappable) {
      return new Invalid<>("is no path");
    }
  }

  public static ValueType<InetAddress> address() {
    return text(
        "an IP address",
        content -> orInvalid(addressOf(content), "is no IP address"),
        address -> TomlValue.literal(address.getHostAddress()));
  }

  /** The address that a literal stands for; asks no name service. */
  public static Optional<InetAddress> addressOf(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException notLiteral) {
      return Optional.empty();
    }
  }

  /** Text that is never shown. */
  public static ValueType<ConfidentialText> confidential() {
    return new ValueType<>(
        TomlValue.Type.TEXT,
        new Allowed.Phrase("a secret, not empty"),
        true,
        value ->
            content(value)
                .then(content -> checked(content, not(String::isBlank), "is empty"))
                .map(ConfidentialText::new),
        _ -> "***");
  }

  /** One of some constants, each named by a word that is matched in any case. */
  public static <T> ValueType<T> choice(List<T> constants, Function<T, String> word) {
    return text(
        new Allowed.Choice(constants.stream().map(word).toList()),
        text ->
            orInvalid(
                constants.stream()
                    .filter(constant -> word.apply(constant).equalsIgnoreCase(text))
                    .findFirst(),
                "is not a known word"),
        constant -> TomlValue.literal(word.apply(constant)));
  }

  /** One of an enum's constants, each named in camel case: {@code InMemory} is IN_MEMORY. */
  public static <E extends Enum<E>> ValueType<E> choice(E[] constants) {
    return choice(List.of(constants), ValueTypes::camelCase);
  }

  private static String camelCase(Enum<?> constant) {
    return Arrays.stream(constant.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  /** A list of at least so many texts. */
  public static ValueType<List<String>> list(String allowed, int least, Predicate<String> good) {
    return new ValueType<>(
        TomlValue.Type.LIST,
        new Allowed.Phrase(allowed),
        value ->
            texts(value, TomlValue.Type.LIST)
                .then(
                    items ->
                        checked(
                            items,
                            all -> all.stream().allMatch(good),
                            "has an item that is not allowed"))
                .then(items -> checked(items, all -> all.size() >= least, "is empty")),
        TomlValue::literal);
  }

  /**
   * Converts at least one item and at most so many.
   *
   * @param wrong a phrase for a list with an item that cannot be converted
   */
  public static <T> Parsed<List<T>> each(
      List<String> texts, int most, Function<String, Optional<T>> item, String wrong) {
    if (texts.isEmpty()) {
      return new Invalid<>("is empty");
    }
    if (texts.size() > most) {
      return new Invalid<>("has too many items");
    }
    var items = texts.stream().flatMap(text -> item.apply(text).stream()).toList();
    return checked(items, all -> all.size() == texts.size(), wrong);
  }

  /**
   * The items of a list of text; for {@link TomlValue.Type#TEXT_OR_LIST} the text alone is one as
   * well.
   */
  public static Parsed<List<String>> texts(TomlValue value, TomlValue.Type type) {
    return switch (value) {
      case TomlValue.Text(var content) when type == TomlValue.Type.TEXT_OR_LIST ->
          new Valid<>(List.of(content));
      case TomlValue.Items(var items)
          when items.stream().allMatch(TomlValue.Text.class::isInstance) ->
          new Valid<>(items.stream().map(item -> ((TomlValue.Text) item).content()).toList());
      default -> mismatch(type);
    };
  }

  /** The value if it is present. */
  public static <T> Parsed<T> orInvalid(Optional<T> value, String wrong) {
    return value.<Parsed<T>>map(Valid::new).orElseGet(() -> new Invalid<>(wrong));
  }

  /** The value if it is good. */
  public static <T> Parsed<T> checked(T value, Predicate<? super T> good, String wrong) {
    return good.test(value) ? new Valid<>(value) : new Invalid<>(wrong);
  }

  private static Parsed<String> content(TomlValue value) {
    return value instanceof TomlValue.Text(var content)
        ? new Valid<>(content)
        : mismatch(TomlValue.Type.TEXT);
  }

  private static <T> Parsed<T> mismatch(TomlValue.Type type) {
    return new Invalid<>("must be " + type.kind());
  }
}
