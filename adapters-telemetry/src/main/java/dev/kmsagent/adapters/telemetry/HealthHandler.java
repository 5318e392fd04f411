package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.EventHandler.Typed;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.AgentEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Derives the health of dependencies from the events of one subject. Thread-safe. */
abstract class HealthHandler<E extends AgentEvent> implements EventHandler<E> {
  /** How many names of what fails are told. */
  static final int MOST_NAMES = 20;

  private static final Pattern ACCESS_KEY =
      Pattern.compile("InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature");

  private final Class<E> type;

  HealthHandler(Class<E> type) {
    this.type = type;
  }

  final Typed<E> typed() {
    return new Typed<>(type, this);
  }

  /** Failures in a row: when the first of them was, and what the last one was. */
  record Failures<T>(Instant since, T last) {
    static <T> Failures<T> after(@Nullable Failures<T> before, T last, Instant now) {
      return new Failures<>(before == null ? now : before.since(), last);
    }
  }

  /** The dependencies known from events, by name, as of {@code now}. */
  abstract Map<String, Dependency> dependencies(Instant now);

  /** Whether what the start waits for has happened; it stays so. */
  boolean isStarted() {
    return true;
  }

  /** One that fails: {@code symptom} is what it shows as, unless the outcome tells more. */
  static Dependency failing(
      Status status, String detail, Instant since, String outcome, String code, String symptom) {
    var failure = new Failure(since, outcome, code, section(outcome, code, symptom));
    return new Dependency(status, detail, Optional.of(failure));
  }

  private static String section(String outcome, String code, String symptom) {
    if (code.startsWith("AuthenticationFail.OIDCToken.Expired")) {
      return "oidc-token-overdue";
    }
    if (ACCESS_KEY.matcher(code).lookingAt()) {
      return "accesskey-refused";
    }
    return switch (outcome) {
      case "identity_refused" -> "identity-refused";
      case "throttled" -> "throttling";
      case "clock" -> "clock-wrong";
      default -> symptom;
    };
  }

  /** The class of a failure, and the cloud's code for it. */
  static String outcome(NoSecret reason) {
    var code = reason.code();
    return code.isEmpty() ? MetricLabels.of(reason) : MetricLabels.of(reason) + " (" + code + ")";
  }

  /** Whole seconds; 0 if the clock was set back. */
  static long secondsBetween(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toSeconds());
  }

  /** A sentence without its full stop, to be continued. */
  static String clause(String sentence) {
    return sentence.replaceFirst("[.]$", "");
  }
}
