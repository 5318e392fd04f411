package dev.kmsagent.adapters.cache.redis;

import java.io.IOException;

/** Redis sent what is not a reply of the protocol, or one beyond a bound. */
final class UnacceptableReplyException extends IOException {
  private static final long serialVersionUID = 1L;

  UnacceptableReplyException(String message) {
    super(message);
  }
}
