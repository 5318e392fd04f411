package dev.kmsagent.config.loading;

/** A value that was read, and where it came from. */
record Value<T>(T content, Origin origin) {

  /** The same, had by way of a reference. */
  Value<T> by(String reference) {
    return new Value<>(content, new Origin.Reference(reference, origin));
  }
}
