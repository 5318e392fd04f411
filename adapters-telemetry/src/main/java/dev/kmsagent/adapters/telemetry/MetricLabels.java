package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The label values of outcomes and states: a small fixed set, also used in logs and health. */
final class MetricLabels {
  static final String FOUND = "found";
  static final String FETCHED = "fetched";
  static final String DONE = "done";
  static final String ALONE = "alone";
  private static final String REFUSED = "refused";
  private static final String IDENTITY_REFUSED = "identity_refused";

  /** The cache state of an answer without a secret. */
  static final String NOT_CACHED = "none";

  /** Every label of a {@link NoSecret}. */
  static final List<String> FAILURES =
      Stream.concat(Stream.of(REFUSED, IDENTITY_REFUSED), allOf(Unavailable.Cause.class).stream())
          .toList();

  private MetricLabels() {}

  static String of(NoSecret reason) {
    return switch (reason) {
      case Refused _ -> REFUSED;
      case IdentityRefused _ -> IDENTITY_REFUSED;
      case Unavailable(var cause, _, _) -> of(cause);
    };
  }

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The label of each constant, in their order. */
  static List<String> allOf(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants()).map(MetricLabels::of).toList();
  }
}
