package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import java.util.Locale;

/** The words for outcomes, one small fixed set in metrics, log lines and health. */
final class MetricLabels {
  static final String FOUND = "found";
  static final String FETCHED = "fetched";
  static final String REFUSED = "refused";
  static final String DONE = "done";
  static final String IDENTITY_REFUSED = "identity_refused";

  /** The part the cache had in an answer without a secret. */
  static final String NOT_CACHED = "none";

  private MetricLabels() {}

  static String of(NoSecret reason) {
    return switch (reason) {
      case Refused _ -> REFUSED;
      case IdentityRefused _ -> IDENTITY_REFUSED;
      case Unavailable unavailable -> of(unavailable.cause());
    };
  }

  /** What the cloud said; empty when it said nothing. */
  static String code(NoSecret reason) {
    return switch (reason) {
      case Refused refused -> refused.error().code();
      case IdentityRefused refused -> refused.code();
      case Unavailable unavailable -> unavailable.code();
    };
  }

  /** Why there is nothing, in a phrase for people: the sentence of whoever knows, and the code. */
  static String why(NoSecret reason) {
    var code = code(reason);
    var detail = clause(detail(reason));
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }

  /** A sentence without its full stop, to go on after it. */
  static String clause(String sentence) {
    return sentence.replaceFirst("[.]$", "");
  }

  private static String detail(NoSecret reason) {
    return switch (reason) {
      case Refused refused -> refused.error().message();
      case IdentityRefused refused -> refused.detail();
      case Unavailable unavailable -> unavailable.detail();
    };
  }

  static String of(Enum<?> constant) {
    return constant instanceof Coherence coherence
        ? of(coherence)
        : constant.name().toLowerCase(Locale.ROOT);
  }

  private static String of(Coherence coherence) {
    return switch (coherence) {
      case IMMEDIATE -> "tracked";
      case DELAYED -> "polled";
      case DISCONNECTED -> "alone";
    };
  }
}
