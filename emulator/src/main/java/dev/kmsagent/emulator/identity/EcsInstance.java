package dev.kmsagent.emulator.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ECS instance that the metadata describes. At first it has no role, and requests need no
 * token. Safe for many threads.
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

  /** Attaches a role of the account, in place of the attached one. */
  public void attachRole(String name) {
    role = name;
  }

  /** Detaches the role; keys that were minted for it stay valid until they expire. */
  public void detachRole() {
    role = null;
  }

  /** Sets which requests are answered from now on. */
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
