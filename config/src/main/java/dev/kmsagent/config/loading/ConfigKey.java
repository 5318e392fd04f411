package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One key of {@code config.toml}, and all there is to say about it.
 *
 * @param path the key with its table, as the documents spell it: {@code KMS.Retry.MaxAttempts}
 * @param kin whether the official agent has it too
 * @param meaning a phrase for the reference
 */
record ConfigKey<T>(String path, Kin kin, Shape<T> shape, Absent<T> absent, String meaning) {
  static final String PREFIX = "KMS_AGENT_";

  /** Whose key it is. */
  enum Kin {
    OFFICIAL,
    OURS
  }

  static <T> ConfigKey<T> official(String path, Shape<T> shape, T standard, String meaning) {
    return new ConfigKey<>(path, Kin.OFFICIAL, shape, new Absent.Standard<>(standard), meaning);
  }

  static <T> ConfigKey<T> ours(String path, Shape<T> shape, T standard, String meaning) {
    return new ConfigKey<>(path, Kin.OURS, shape, new Absent.Standard<>(standard), meaning);
  }

  /** A key that can be without a value. */
  static <T> ConfigKey<T> optional(
      Kin kin, String path, Shape<T> shape, Absent.Unset<T> unset, String meaning) {
    return new ConfigKey<>(path, kin, shape, unset, meaning);
  }

  static <T> Absent.Unset<T> unset(String otherwise, String example, String... variables) {
    return new Absent.Unset<>(List.of(variables), _ -> true, otherwise, example);
  }

  /** How it may be given without the file. */
  String variables() {
    List<String> standard = absent instanceof Absent.Unset<T> unset ? unset.variables() : List.of();
    return Stream.concat(Stream.of(variable()), standard.stream())
        .collect(Collectors.joining(" or "));
  }

  /** What it is when nobody gave it, in the words of the reference. */
  String otherwise() {
    return switch (absent) {
      case Absent.Standard<T>(T value) -> shape.show(value);
      case Absent.Unset<T>(_, _, String otherwise, _) -> otherwise;
      case Absent.Derived<T>(_, String otherwise, _) -> otherwise;
    };
  }

  /** A value as TOML writes it: the default, or an example where there is none. */
  String example() {
    return switch (absent) {
      case Absent.Standard<T>(T value) -> shape.show(value);
      case Absent.Unset<T>(_, _, _, String example) -> example;
      case Absent.Derived<T>(_, _, String example) -> example;
    };
  }

  /** The path says it all: there is one key of a name. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ConfigKey<?> that && path.equals(that.path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  /** The table it stands in. */
  String table() {
    return path.substring(0, path.lastIndexOf('.'));
  }

  /** The key within its table. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** The environment variable that overrides it. */
  String variable() {
    return variable(path);
  }

  static String variable(String path) {
    return PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
