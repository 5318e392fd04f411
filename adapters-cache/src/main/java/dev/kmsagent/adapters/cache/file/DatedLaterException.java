package dev.kmsagent.adapters.cache.file;

import java.io.IOException;

/** An envelope is dated later than the folder's time. */
final class DatedLaterException extends IOException {
  private static final long serialVersionUID = 1;

  DatedLaterException() {
    super("an entry is dated later than the time of the folder");
  }
}
