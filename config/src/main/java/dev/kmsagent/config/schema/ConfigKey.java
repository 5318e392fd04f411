package dev.kmsagent.config.schema;

import dev.kmsagent.config.schema.Values.Value;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One key of {@code config.toml}.
 *
 * @param path the key with its table, as the reference spells it: {@code
 *     KMS.CircuitBreaker.Enabled}
 */
public record ConfigKey<T>(String path, ValueType<T> type, DefaultValue<T> absent) {
  /** What the variables begin with that override keys. */
  public static final String PREFIX = "KMS_AGENT_";

  /**
   * The value of a key that is not given: that of the first of some variables that is set and not
   * empty, or else one that may depend on keys that stand before this one, or none.
   *
   * @param applies whether the variables are read, by the keys that stand before this one
   * @param otherwise the default in the words of the reference: its value if that is always the
   *     same
   */
  public record DefaultValue<T>(
      List<String> variables,
      Predicate<Values> applies,
      Function<Values, Optional<Value<T>>> value,
      String otherwise) {
    /** Always the same value. */
    public static <T> DefaultValue<T> fixed(T value, String shown) {
      var standard = Optional.of(new Value<>(value, Origin.BUILT_IN));
      return new DefaultValue<>(List.of(), _ -> false, _ -> standard, shown);
    }

    /** No value, unless a variable gives one. */
    public static <T> DefaultValue<T> unset(String otherwise, String... variables) {
      return derived(_ -> Optional.empty(), otherwise, variables);
    }

    /** A value that follows from other keys, unless a variable gives one. */
    public static <T> DefaultValue<T> derived(
        Function<Values, Optional<Value<T>>> derivation, String otherwise, String... variables) {
      var names = List.of(variables);
      return new DefaultValue<>(names, _ -> true, derivation, otherwise);
    }

    /** The same, with variables that are read under a condition. */
    public DefaultValue<T> when(Predicate<Values> condition) {
      return new DefaultValue<>(variables, condition, value, otherwise);
    }
  }

  /** The environment variable that overrides it. */
  public String variable() {
    return variable(path);
  }

  /** The environment variable that overrides the key of this path. */
  public static String variable(String path) {
    return PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** The variables that can give it, for messages. */
  String variables() {
    return Stream.concat(Stream.of(variable()), absent.variables().stream())
        .collect(Collectors.joining(" or "));
  }

  /** Makes this its value. */
  public void set(Values values, Value<T> value) {
    values.put(path, value);
  }

  /** The value and its origin, if there is one. */
  @SuppressWarnings("unchecked") // set() ties the value's type to the key's
  public Optional<Value<T>> valueIn(Values values) {
    return values.at(path).map(value -> (Value<T>) value);
  }

  public Optional<T> findIn(Values values) {
    return valueIn(values).map(Value::content);
  }

  /** The value of a key that always has one. */
  public T in(Values values) {
    return findIn(values).orElseThrow(() -> new IllegalStateException(path + " has no value"));
  }

  public Origin originIn(Values values) {
    return valueIn(values).map(Value::origin).orElse(Origin.BUILT_IN);
  }

  /** Whether a line of the file or an override gives it. */
  public boolean isExplicitIn(Values values) {
    var origin = originIn(values);
    return origin.isLine() || origin.place().equals(Origin.variable(variable()).place());
  }

  /** The value as it may be shown, or what its absence means. */
  public String shownIn(Values values) {
    return findIn(values).map(type::show).orElseGet(absent::otherwise);
  }

  /** A problem with the place of its value. */
  public Problem problemIn(Values values, String wrong) {
    return new Problem(originIn(values), path, wrong);
  }

  /** A problem with its value. */
  public Problem problemIn(Values values, String wrong, String allowed) {
    return new Problem(originIn(values), path, wrong, shownIn(values), allowed);
  }
}
