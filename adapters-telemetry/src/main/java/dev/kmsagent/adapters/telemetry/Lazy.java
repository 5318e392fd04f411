package dev.kmsagent.adapters.telemetry;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that is made when it is first asked for, and once. Thread-safe. */
final class Lazy<T> {
  private final Supplier<T> make;
  private volatile @Nullable T made;

  Lazy(Supplier<T> make) {
    this.make = make;
  }

  T get() {
    var known = made;
    return known == null ? makeOnce() : known;
  }

  private synchronized T makeOnce() {
    var known = made;
    if (known == null) {
      known = make.get();
      made = known;
    }
    return known;
  }
}
