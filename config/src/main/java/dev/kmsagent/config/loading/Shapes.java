package dev.kmsagent.config.loading;

import dev.kmsagent.config.ConfidentialText;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** The shapes that several tables use. */
final class Shapes {
  private Shapes() {}

  static Shape<Integer> whole(int least, int most) {
    return wholeAs(least, most, "", Math::toIntExact, number -> number.toString());
  }

  static Shape<Duration> millis(int least, int most) {
    return wholeAs(least, most, " milliseconds", Duration::ofMillis, time -> "" + time.toMillis());
  }

  static Shape<Duration> seconds(int least, int most) {
    return wholeAs(least, most, " seconds", Duration::ofSeconds, time -> "" + time.toSeconds());
  }

  private static <T> Shape<T> wholeAs(
      long least, long most, String unit, Function<Long, T> meaning, Function<T, String> literal) {
    return Shape.open(
        Form.WHOLE,
        least + ".." + most + unit,
        raw -> number(raw).then(number -> within(least, most, number)).map(meaning),
        literal);
  }

  static Reading<Long> number(Raw raw) {
    return raw instanceof Raw.Whole(long number) ? new Reading.Good<>(number) : not(Form.WHOLE);
  }

  private static Reading<Long> within(long least, long most, long number) {
    return number >= least && number <= most
        ? new Reading.Good<>(number)
        : new Reading.Bad<>("is out of range");
  }

  /** A count of bytes: a number, or text with a binary unit. */
  static Shape<Long> bytes(long least, long most) {
    return Shape.open(
        Form.WHOLE,
        ByteSize.shown(least) + ".." + ByteSize.shown(most) + ", in bytes or with KiB, MiB, GiB",
        raw -> ByteSize.read(raw).then(number -> within(least, most, number)),
        number -> Literal.of(ByteSize.shown(number)));
  }

  static Shape<Double> ratio(double least, double most) {
    return Shape.open(
        Form.DECIMAL,
        least + ".." + most,
        raw -> decimal(raw).then(number -> within(least, most, number)),
        number -> number.toString());
  }

  private static Reading<Double> decimal(Raw raw) {
    return switch (raw) {
      case Raw.Decimal(double number) -> new Reading.Good<>(number);
      case Raw.Whole(long number) -> new Reading.Good<>((double) number);
      case Raw.Text _, Raw.Flag _, Raw.Items _, Raw.Other _ -> not(Form.DECIMAL);
    };
  }

  private static Reading<Double> within(double least, double most, double number) {
    return number >= least && number <= most
        ? new Reading.Good<>(number)
        : new Reading.Bad<>("is out of range");
  }

  static Shape<Boolean> flag() {
    return Shape.open(
        Form.FLAG,
        "true, false",
        raw -> raw instanceof Raw.Flag(boolean on) ? new Reading.Good<>(on) : not(Form.FLAG),
        on -> on.toString());
  }

  /** Text that a pattern of its own decides on. */
  static <T> Shape<T> text(
      String allowed, Function<String, Reading<T>> reader, Function<T, String> literal) {
    return Shape.open(Form.TEXT, allowed, raw -> content(raw).then(reader), literal);
  }

  static Shape<String> text(String allowed, Predicate<String> good) {
    return text(allowed, content -> checked(content, good, "is not allowed"), Literal::of);
  }

  static Shape<Path> path(String allowed) {
    return text(
        allowed,
        content -> checked(content, Shapes::isPath, "is no path").map(Path::of),
        path -> Literal.of(path.toString()));
  }

  static Shape<ConfidentialText> confidential() {
    return new Shape<>(
        Form.TEXT,
        "a secret, not empty",
        true,
        raw ->
            content(raw)
                .then(content -> checked(content, text -> !text.isEmpty(), "is empty"))
                .map(ConfidentialText::new),
        ConfidentialText::toString);
  }

  static <T> Shape<T> word(Words<T> words) {
    return text(words.listed(), words::read, meaning -> Literal.of(words.spelled(meaning)));
  }

  /** One of some choices, by its place from 0. */
  static <T> Shape<T> numbered(List<T> choices) {
    return wholeAs(
        0,
        choices.size() - 1L,
        "",
        number -> choices.get(Math.toIntExact(number)),
        choice -> "" + choices.indexOf(choice));
  }

  static Shape<InetAddress> address() {
    return text(
        "an IP address",
        content ->
            Names.address(content)
                .<Reading<InetAddress>>map(Reading.Good::new)
                .orElseGet(() -> new Reading.Bad<>("is no IP address")),
        address -> Literal.of(address.getHostAddress()));
  }

  /** A list of text, perhaps empty. */
  static Shape<List<String>> list(String allowed, Predicate<String> good) {
    return Shape.open(Form.LIST, allowed, raw -> items(raw, good), Literal::of);
  }

  /** A list of text with at least one item. */
  static Shape<List<String>> filledList(String allowed, Predicate<String> good) {
    return Shape.open(
        Form.LIST,
        allowed,
        raw ->
            items(raw, good)
                .then(
                    items ->
                        items.isEmpty()
                            ? new Reading.Bad<>("is empty")
                            : new Reading.Good<>(items)),
        Literal::of);
  }

  private static Reading<List<String>> items(Raw raw, Predicate<String> good) {
    return texts(raw, Form.LIST)
        .then(
            contents ->
                contents.stream().allMatch(good)
                    ? new Reading.Good<>(contents)
                    : new Reading.Bad<>("has an item that is not allowed"));
  }

  /**
   * The items of a list of text.
   *
   * @param form what it must be, for the message when it is no such list
   */
  static Reading<List<String>> texts(Raw raw, Form form) {
    return raw instanceof Raw.Items(List<Raw> items)
            && items.stream().allMatch(Raw.Text.class::isInstance)
        ? new Reading.Good<>(
            items.stream().map(Raw.Text.class::cast).map(Raw.Text::content).toList())
        : not(form);
  }

  private static Reading<String> content(Raw raw) {
    return raw instanceof Raw.Text(String content) ? new Reading.Good<>(content) : not(Form.TEXT);
  }

  private static Reading<String> checked(String content, Predicate<String> good, String wrong) {
    return good.test(content) ? new Reading.Good<>(content) : new Reading.Bad<>(wrong);
  }

  /** Where no locale is set, a path of other letters than ASCII's is none. */
  private static boolean isPath(String content) {
    try {
      var _ = Path.of(content);
      return !content.isEmpty();
    } catch (InvalidPathException unmappable) {
      return false;
    }
  }

  private static <T> Reading<T> not(Form form) {
    return new Reading.Bad<>("must be " + form.kind());
  }
}
