package dev.kmsagent.emulator.gateway;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A fault, the calls that it affects, and its end: after some calls, after some time of the
 * emulator's clock, or never. An absent secret or action stands for any.
 */
public record FaultRule(
    Fault fault,
    @Nullable String secretName,
    @Nullable String action,
    long calls,
    @Nullable Duration duration) {

  /** Affects every call until it is cleared. */
  public static FaultRule of(Fault fault) {
    return new FaultRule(fault, null, null, Long.MAX_VALUE, null);
  }

  /** Affects only the next {@code count} calls that match. */
  public FaultRule times(long count) {
    return new FaultRule(fault, secretName, action, count, duration);
  }

  /** Ends this long after it was added. */
  public FaultRule lasting(Duration span) {
    return new FaultRule(fault, secretName, action, calls, span);
  }

  /** Affects only calls that name this secret. */
  public FaultRule onSecret(String name) {
    return new FaultRule(fault, name, action, calls, duration);
  }

  /** Affects only calls of this action. */
  public FaultRule onAction(String name) {
    return new FaultRule(fault, secretName, name, calls, duration);
  }

  boolean matches(String calledAction, String calledSecret) {
    return (secretName == null || secretName.equals(calledSecret))
        && (action == null || action.equals(calledAction));
  }
}
