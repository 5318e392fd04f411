package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.io.IOException;

/** A folder cannot be used as it is; the message says what to do. */
final class FolderException extends IOException {
  private static final long serialVersionUID = 1;

  private final Cause reason;

  FolderException(Cause reason, String message) {
    super(message);
    this.reason = reason;
  }

  Cause reason() {
    return reason;
  }
}
