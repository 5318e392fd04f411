package dev.kmsagent.emulator.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The instance that the metadata is about; at first it has no role, and answers requests without a
 * token too. Safe for many threads.
 */
public final class EcsInstance {
  private volatile @Nullable String role;
  private volatile Mode mode = Mode.PLAIN_OR_GUARDED;

  /** Which requests are answered. */
  public enum Mode {
    /** Those without a token too (v1 and v2). */
    PLAIN_OR_GUARDED,
    /** Only those with a token (v2). */
    GUARDED_ONLY
  }

  /** Gives the instance a role of the account, in place of the one that it has. */
  public void attachRole(String name) {
    role = name;
  }

  /** Takes the instance's role away; keys that were handed out go on until they end. */
  public void detachRole() {
    role = null;
  }

  /** ControlResponses requests with a token only, or all, from now on. */
  public void mode(Mode wanted) {
    mode = wanted;
  }

  Mode mode() {
    return mode;
  }

  Optional<String> role() {
    return Optional.ofNullable(role);
  }
}
