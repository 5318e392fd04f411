package dev.kmsagent.bootstrap.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** The token that agents and applications share by a file. One thread changes it. */
final class SharedTokenFile {
  /** Agents read the file once a second; as much again for a busy machine. */
  static final Duration PERIOD = Duration.ofSeconds(2);

  private final Path file;
  private volatile State state;

  /**
   * @param last the one before
   * @param begin before it was written
   * @param end after it was written
   */
  record State(String value, String last, long begin, long end) {
    /** Never shown: it is a token. */
    @Override
    public String toString() {
      return "***";
    }
  }

  SharedTokenFile(Path file) {
    this.file = file;
    this.state = new State("", "", 0, 0);
    replace("token-0");
    this.state = new State("token-0", "token-before", Long.MIN_VALUE / 2, Long.MIN_VALUE / 2);
  }

  Path file() {
    return file;
  }

  State now() {
    return state;
  }

  void replace(String value) {
    var begin = System.nanoTime();
    try {
      var fresh = Files.writeString(file.resolveSibling("token-new"), value);
      state = new State(value, state.value(), begin, Long.MAX_VALUE / 2);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    state = new State(value, state.last(), begin, System.nanoTime());
  }

  /** Whether an agent may have had the one or the other in this time. */
  boolean changedDuring(long from, long to) {
    var last = state;
    return last.begin() <= to && from <= last.end() + PERIOD.toNanos();
  }

  /** Whether every agent must have the new one. */
  boolean isSettled(long time) {
    return time > state.end() + PERIOD.toNanos();
  }
}
