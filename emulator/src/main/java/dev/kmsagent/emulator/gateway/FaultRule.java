package dev.kmsagent.emulator.gateway;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fault with the calls it strikes and its end: after some calls, after some time of the
 * emulator's clock, or never.
 */
public record FaultRule(
    Fault fault,
    @Nullable String secretName,
    @Nullable String action,
    long calls,
    @Nullable Duration span) {

  /** Strikes every call until it is cleared. */
  public static FaultRule of(Fault fault) {
    return new FaultRule(fault, null, null, Long.MAX_VALUE, null);
  }

  /** Strikes only the next {@code count} calls that it can strike. */
  public FaultRule times(long count) {
    return new FaultRule(fault, secretName, action, count, span);
  }

  /** Ends by itself this long after it was added. */
  public FaultRule lasting(Duration duration) {
    return new FaultRule(fault, secretName, action, calls, duration);
  }

  /** Strikes only calls that name this secret. */
  public FaultRule onSecret(String name) {
    return new FaultRule(fault, name, action, calls, span);
  }

  /** Strikes only calls of this action. */
  public FaultRule onAction(String name) {
    return new FaultRule(fault, secretName, name, calls, span);
  }

  /** The only secret it strikes, if it is confined to one. */
  public Optional<String> secret() {
    return Optional.ofNullable(secretName);
  }

  /** The only action it strikes, if it is confined to one. */
  public Optional<String> onlyAction() {
    return Optional.ofNullable(action);
  }

  /** How long it lasts, if it ends with time. */
  public Optional<Duration> lasts() {
    return Optional.ofNullable(span);
  }

  boolean strikes(String calledAction, String calledSecret) {
    return secret().map(calledSecret::equals).orElse(true)
        && onlyAction().map(calledAction::equals).orElse(true);
  }
}
