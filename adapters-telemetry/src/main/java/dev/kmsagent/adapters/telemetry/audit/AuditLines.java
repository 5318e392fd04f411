package dev.kmsagent.adapters.telemetry.audit;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Reads the lines of an audit file, also of one that {@code gzip} has compressed. */
final class AuditLines implements Closeable {
  /** Several times the longest line of the agent: its fields are cut. */
  static final int LONGEST = 1 << 19;

  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final InputStream in;
  private final byte[] chunk = new byte[CHUNK];
  private byte[] line = new byte[CHUNK];
  private int position;
  private int limit;
  private boolean isTorn;

  private AuditLines(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * @throws FileSystemException if it cannot be read, as in {@link #next}
   */
  static AuditLines open(Path file) throws IOException {
    var bytes = new BufferedInputStream(Files.newInputStream(file), CHUNK);
    try {
      bytes.mark(2);
      var isCompressed = bytes.read() == 0x1f && bytes.read() == 0x8b;
      bytes.reset();
      return new AuditLines(file, isCompressed ? new GZIPInputStream(bytes, CHUNK) : bytes);
    } catch (IOException unreadable) {
      bytes.close();
      throw named(file, unreadable);
    }
  }

  /** The next line without its newline; empty at the end. */
  Optional<byte[]> next() throws IOException {
    int length = 0;
    while (true) {
      if (position == limit) {
        limit = read();
        position = 0;
        if (limit <= 0) {
          limit = 0;
          isTorn = length > 0;
          return isTorn ? Optional.of(Arrays.copyOf(line, length)) : Optional.empty();
        }
      }
      int end = position;
      while (end < limit && chunk[end] != '\n') {
        end++;
      }
      length = add(end, length);
      if (end < limit) {
        position = end + 1;
        return Optional.of(Arrays.copyOf(line, length));
      }
      position = end;
    }
  }

  private int read() throws IOException {
    try {
      return in.read(chunk);
    } catch (IOException unreadable) {
      throw named(file, unreadable);
    }
  }

  private static IOException named(Path file, IOException unreadable) {
    var reason = Objects.requireNonNullElse(unreadable.getMessage(), "it is cut off");
    return new FileSystemException(file.toString(), null, reason);
  }

  /** Adds the chunk up to {@code end} to the line; what is too long for one is dropped. */
  private int add(int end, int length) {
    int added = Math.min(end - position, LONGEST - length);
    if (length + added > line.length) {
      line = Arrays.copyOf(line, LONGEST);
    }
    System.arraycopy(chunk, position, line, length, added);
    return length + added;
  }

  /** Whether the last line had no newline. */
  boolean isTorn() {
    return isTorn;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
