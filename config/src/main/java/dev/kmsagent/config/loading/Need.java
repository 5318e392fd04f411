package dev.kmsagent.config.loading;

import java.util.Optional;

/**
 * What needs a key.
 *
 * @param origin where it is asked for
 * @param who a phrase for the message
 */
record Need(Origin origin, String who) {

  /** A key that has the value in force. */
  static Need of(ConfigKey<?> key, Values values) {
    return new Need(values.origin(key), key.path() + " = " + values.shown(key));
  }

  /** What is wrong unless the key has a value. */
  Optional<Problem> unmetBy(ConfigKey<?> key, Values values) {
    return values.settled(key).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                origin,
                key.path(),
                "is missing, and " + who + " needs it",
                "",
                key.shape().allowed() + ", in the file or as " + key.variables()));
  }
}
