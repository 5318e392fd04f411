package dev.kmsagent.adapters.telemetry;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** One thing for each constant of an enum, made beforehand. */
final class PerConstant<E extends Enum<E>, T> {
  private final Map<E, T> things;

  PerConstant(Class<E> type, Function<E, T> make) {
    things = new EnumMap<>(type);
    for (var constant : type.getEnumConstants()) {
      things.put(constant, make.apply(constant));
    }
  }

  T get(E constant) {
    return Objects.requireNonNull(things.get(constant));
  }
}
