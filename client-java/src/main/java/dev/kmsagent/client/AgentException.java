package dev.kmsagent.client;

import org.jspecify.annotations.Nullable;

/**
 * The agent gave no secret: it refused, or it could not be reached. The message holds no value of a
 * secret.
 */
public final class AgentException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  AgentException(int status, String message, @Nullable Exception cause) {
    super(message, cause);
    this.status = status;
  }

  /** The status of the agent's answer; 0 if there was none. */
  public int status() {
    return status;
  }

  /**
   * Whether the same request may succeed after a second or more: the agent did not answer, KMS does
   * not or throttles, or it has no other version than the rejected ones (409).
   */
  public boolean isRetryable() {
    return status == 0 || status == 409 || status == 429 || status > 501 && status < 505;
  }
}
