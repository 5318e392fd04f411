package dev.kmsagent.config.schema;

import dev.kmsagent.config.schema.Values.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What several keys demand of each other; judged when each of them has no problem of its own.
 *
 * @param demand a clause for the reference
 * @param concerns the keys that it depends on
 * @param problem what is wrong where the demand is not met
 */
public record Rule(
    String demand,
    List<ConfigKey<?>> concerns,
    Predicate<Values> isMet,
    Function<Values, Problem> problem) {

  /**
   * A condition on some keys.
   *
   * @param text the condition as messages name it
   * @param keys the keys that it depends on
   * @param reason why it holds, if it does: a phrase for the message, and the place that makes it
   *     hold
   */
  public record Condition(
      String text, List<ConfigKey<?>> keys, Function<Values, Optional<Value<String>>> reason) {

    /** The key has this value. */
    public static <T> Condition is(ConfigKey<T> key, T value) {
      var text = key.path() + " = " + key.type().show(value);
      return new Condition(
          text,
          List.of(key),
          values ->
              key.in(values).equals(value)
                  ? Optional.of(new Value<>(text, key.originIn(values)))
                  : Optional.empty());
    }

    /** The key has a value. */
    public static Condition given(ConfigKey<?> key) {
      return new Condition(
          key.path(),
          List.of(key),
          values -> key.valueIn(values).map(value -> new Value<>(key.path(), value.origin())));
    }

    /** Whether it holds. */
    public boolean holds(Values values) {
      return reason.apply(values).isPresent();
    }
  }

  /** A rule between these keys. */
  public static Rule on(
      String demand,
      Predicate<Values> isMet,
      Function<Values, Problem> problem,
      ConfigKey<?>... concerns) {
    return new Rule(demand, List.of(concerns), isMet, problem);
  }

  /** A key has a value where the condition holds. */
  public static Rule required(String demand, Condition condition, ConfigKey<?> key) {
    return on(
            demand,
            values -> key.valueIn(values).isPresent(),
            values -> missing(key, condition.reason().apply(values).orElseThrow()),
            key)
        .when(condition);
  }

  private static Problem missing(ConfigKey<?> key, Value<String> reason) {
    return new Problem(
        reason.origin(),
        key.path(),
        "is missing, and " + reason.content() + " needs it",
        "",
        key.type().allowed().describe() + ", in the file or as " + key.variables());
  }

  /** A key is given only where the condition holds: nobody would read it elsewhere. */
  public static Rule onlyWith(String demand, Condition condition, ConfigKey<?> key) {
    var wrong = "is of no use without " + condition.text();
    return on(
            demand,
            values -> condition.holds(values) || !key.isExplicitIn(values),
            values -> key.problemIn(values, wrong),
            key)
        .concerning(condition.keys());
  }

  /** The same rule, judged only where the condition holds. */
  public Rule when(Condition condition) {
    return new Rule(
            demand, concerns, values -> !condition.holds(values) || isMet.test(values), problem)
        .concerning(condition.keys());
  }

  /** The same rule, judged only when these keys have no problem of their own either. */
  public Rule concerning(List<ConfigKey<?>> more) {
    var all = Stream.concat(concerns.stream(), more.stream()).toList();
    return new Rule(demand, all, isMet, problem);
  }

  /** Keys as a demand names them. */
  public static String listed(List<ConfigKey<?>> keys) {
    var all = keys.stream().map(key -> "`" + key.path() + "`").collect(Collectors.joining(", "));
    return all.replaceFirst(", (?=[^,]+$)", " and ");
  }
}
