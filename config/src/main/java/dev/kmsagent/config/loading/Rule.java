package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A demand on several keys together, judged when each of them was read without a problem.
 *
 * @param demand what must hold, a clause for the reference
 * @param concerns the keys it looks at
 */
record Rule(
    String demand, List<ConfigKey<?>> concerns, Function<Values, Optional<Problem>> verdict) {

  static Rule on(
      String demand, Function<Values, Optional<Problem>> verdict, ConfigKey<?>... concerns) {
    return new Rule(demand, List.of(concerns), verdict);
  }

  /** The one key's value is no greater than the other's. */
  static <T extends Comparable<? super T>> Rule atMost(ConfigKey<T> small, ConfigKey<T> great) {
    return on(
        "`" + small.path() + "` is at most `" + great.path() + "`",
        values ->
            values.get(small).compareTo(values.get(great)) <= 0
                ? Optional.empty()
                : Optional.of(
                    new Problem(
                        values.blamed(small, great),
                        small.path(),
                        "is greater than " + great.path(),
                        values.shown(small) + " and " + values.shown(great),
                        "at most " + great.path())),
        small,
        great);
  }

  /** Keys as a demand names them. */
  static String listed(List<ConfigKey<?>> keys) {
    String all = keys.stream().map(key -> "`" + key.path() + "`").collect(Collectors.joining(", "));
    return all.replaceFirst(", (?=[^,]+$)", " and ");
  }
}
