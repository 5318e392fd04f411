package dev.kmsagent.bootstrap.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A file that rolls at a size: it becomes {@code NAME.1}, that one {@code NAME.2}, up to a number
 * of backups, which may be 0. It is opened anew each second, since it may have been deleted or
 * replaced; where that fails, the open file is kept, unless it was replaced. Several processes may
 * write to it. For one thread.
 */
final class RollingFile extends OutputStream {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final long maxBytes;
  private final int maxBackups;
  private final LongSupplier nanoTime;
  private Optional<Object> key = Optional.empty();
  private FileChannel out;
  private long opened;
  private boolean rollFailed;

  /** Opens the file; makes its folder if necessary. */
  RollingFile(Path file, long maxBytes, int maxBackups, LongSupplier nanoTime) throws IOException {
    this.file = file;
    this.maxBytes = maxBytes;
    this.maxBackups = maxBackups;
    this.nanoTime = nanoTime;
    this.opened = nanoTime.getAsLong();
    this.out = open();
  }

  private FileChannel open() throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    key = keyOfPath();
    return channel;
  }

  /** Identifies the file that the path leads to, where that can be read. */
  private Optional<Object> keyOfPath() {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one});
  }

  /** Writes all, or nothing if it fails; the next write opens the file again. */
  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (isDue()) {
      reopen();
    }
    var size = out.size();
    try {
      writeAll(ByteBuffer.wrap(bytes, offset, length));
    } catch (IOException failed) {
      out.truncate(size).close();
      throw failed;
    }
  }

  private boolean isDue() throws IOException {
    return !out.isOpen()
        || nanoTime.getAsLong() - opened >= SECOND
        || (out.size() >= maxBytes && !rollFailed);
  }

  /** Another process may have rolled the file, so its size counts once it is open again. */
  private void reopen() throws IOException {
    opened = nanoTime.getAsLong();
    try {
      var old = out;
      out = open();
      old.close();
      rollFailed = false;
    } catch (IOException impossible) {
      keepOpen(impossible);
    }
    if (out.size() >= maxBytes && !rollFailed) {
      roll();
    }
  }

  /** A file that the path no longer leads to would take lines that are never found. */
  private void keepOpen(IOException impossible) throws IOException {
    if (Files.notExists(file)
        || keyOfPath().filter(other -> !key.equals(Optional.of(other))).isPresent()) {
      out.close();
    }
    if (!out.isOpen()) {
      throw impossible;
    }
    rollFailed = true;
  }

  private void writeAll(ByteBuffer line) throws IOException {
    while (line.hasRemaining()) {
      out.write(line);
    }
  }

  /** Where a backup cannot be made, the file goes on growing, and it is tried again in a second. */
  private void roll() throws IOException {
    out.close();
    try {
      moveAway();
    } catch (IOException impossible) {
      rollFailed = true;
    }
    out = open();
  }

  private void moveAway() throws IOException {
    for (var number = maxBackups; number > 0; number--) {
      if (Files.exists(numbered(number - 1))) {
        Files.move(numbered(number - 1), numbered(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.deleteIfExists(file);
  }

  private Path numbered(int number) {
    return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
  }
}
