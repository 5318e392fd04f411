package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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

  /**
   * The end of an audit file.
   *
   * @param length of the file up to its last newline
   * @param torn how many bytes are behind that
   * @param place in the chain behind the last line; empty if there is no line of a chain
   */
  record Tail(long length, long torn, Optional<AuditChain> place) {
    static Tail of(FileChannel file) throws IOException {
      var size = file.size();
      var bytes = ByteBuffer.allocate((int) Math.min(size, LONGEST));
      while (bytes.hasRemaining()
          && file.read(bytes, size - bytes.capacity() + bytes.position()) > 0) {}
      var text = new String(bytes.array(), 0, bytes.position(), ISO_8859_1);
      int end = text.lastIndexOf('\n');
      if (end < 0) {
        return new Tail(size - text.length(), text.length(), Optional.empty());
      }
      var line = text.substring(text.lastIndexOf('\n', end - 1) + 1, end).getBytes(ISO_8859_1);
      var torn = text.length() - end - 1L;
      return new Tail(
          size - torn, torn, AuditChain.Begin.of(line).map(it -> it.before().then(line)));
    }
  }

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
    while (position < limit || readOn()) {
      int end = position;
      while (end < limit && chunk[end] != '\n') {
        end++;
      }
      length = add(end, length);
      position = Math.min(end + 1, limit);
      if (end < limit) {
        return Optional.of(Arrays.copyOf(line, length));
      }
    }
    isTorn = length > 0;
    return isTorn ? Optional.of(Arrays.copyOf(line, length)) : Optional.empty();
  }

  /** Whether there was more. */
  private boolean readOn() throws IOException {
    try {
      position = 0;
      limit = Math.max(0, in.read(chunk));
      return limit > 0;
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
