package dev.kmsagent.config.loading;

import java.util.function.Function;

/**
 * What the value of a key looks like: how it is read, what is allowed, how it is shown.
 *
 * @param allowed the allowed values, in the words of a message
 * @param confidential whether nothing of the value may be shown
 * @param literal the value as TOML writes it
 */
record Shape<T>(
    Form form,
    String allowed,
    boolean confidential,
    Function<Raw, Reading<T>> reader,
    Function<T, String> literal) {

  /** A shape whose values may be shown. */
  static <T> Shape<T> open(
      Form form, String allowed, Function<Raw, Reading<T>> reader, Function<T, String> literal) {
    return new Shape<>(form, allowed, false, reader, literal);
  }

  Reading<T> read(Raw raw) {
    return reader.apply(raw);
  }

  /** The value as it may be shown. */
  String show(T value) {
    return confidential ? "***" : literal.apply(value);
  }

  /** The raw value as it may be shown. */
  String show(Raw raw) {
    return confidential ? raw.kind() : raw.shown();
  }
}
