package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What keys belong to, and are of no use without.
 *
 * @param demand a clause for the reference
 * @param owner what they are of no use without, in the words of a message
 * @param isInForce whether the owner is there
 * @param deciding the keys that this depends on
 */
record Belonging(
    String demand, String owner, Predicate<Values> isInForce, List<ConfigKey<?>> deciding) {

  /** The rule that the key is not given where nobody would look at it. */
  Rule rule(ConfigKey<?> key) {
    return new Rule(
        demand,
        Stream.concat(Stream.of(key), deciding.stream()).toList(),
        values -> judge(key, values));
  }

  private Optional<Problem> judge(ConfigKey<?> key, Values values) {
    return isInForce.test(values) || !values.isExplicit(key)
        ? Optional.empty()
        : Optional.of(
            new Problem(values.origin(key), key.path(), "is of no use without " + owner, "", ""));
  }
}
