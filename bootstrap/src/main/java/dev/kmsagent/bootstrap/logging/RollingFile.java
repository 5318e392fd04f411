package dev.kmsagent.bootstrap.logging;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that rolls at a size: it becomes {@code NAME.1}, that one {@code NAME.2}, up to a number
 * of backups, which may be 0. A file that was deleted or replaced is opened anew within a second.
 * Several processes may write to it. For one thread.
 */
final class RollingFile implements LogSink {
  private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final long maxBytes;
  private final int maxBackups;
  private final LongSupplier nanoTime;
  private @Nullable Open current;
  private long checked;
  private @Nullable Long rollFailed;

  /** The open file; {@code identity} is null where the file system has none. */
  private record Open(FileOutputStream out, @Nullable Object identity) {
    long size() throws IOException {
      return out.getChannel().size();
    }
  }

  RollingFile(Path file, long maxBytes, int maxBackups, LongSupplier nanoTime) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.maxBackups = maxBackups;
    this.nanoTime = nanoTime;
  }

  @Override
  public void write(byte[] line) throws IOException {
    var open = open();
    var size = open.size();
    try {
      open.out().write(line);
    } catch (IOException failed) {
      discardPartOfLine(open, size, failed);
      throw failed;
    }
  }

  /** The file to write to, rolled and opened as necessary. */
  private Open open() throws IOException {
    if (current != null && isReplaced(current)) {
      close();
    }
    if (opened().size() >= maxBytes && mayRoll()) {
      // It is opened anew, since another process may have rolled it.
      close();
      if (opened().size() >= maxBytes) {
        close();
        rollIfPossible();
      }
    }
    return opened();
  }

  private Open opened() throws IOException {
    if (current == null) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      current = new Open(new FileOutputStream(file.toFile(), true), identity());
    }
    return current;
  }

  /** Once a second; a file whose attributes cannot be read is written as it is. */
  private boolean isReplaced(Open open) {
    var now = nanoTime.getAsLong();
    if (now - checked < CHECK_NANOS) {
      return false;
    }
    checked = now;
    try {
      return !Objects.equals(open.identity(), identity());
    } catch (IOException unknown) {
      return false;
    }
  }

  private @Nullable Object identity() throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException deleted) {
      return null;
    }
  }

  private void close() throws IOException {
    var open = current;
    current = null;
    if (open != null) {
      open.out().close();
    }
  }

  /** The next line opens the file again. */
  private void discardPartOfLine(Open open, long size, IOException failed) {
    try {
      if (open.size() > size) {
        open.out().getChannel().truncate(size);
      }
      close();
    } catch (IOException also) {
      failed.addSuppressed(also);
    }
  }

  private boolean mayRoll() {
    return rollFailed == null || nanoTime.getAsLong() - rollFailed >= CHECK_NANOS;
  }

  /** Where a backup cannot be made, the file goes on growing, and it is tried again in a second. */
  private void rollIfPossible() {
    try {
      roll();
      rollFailed = null;
    } catch (IOException impossible) {
      rollFailed = nanoTime.getAsLong();
    }
  }

  private void roll() throws IOException {
    for (var number = maxBackups; number > 0; number--) {
      moveIfThere(number == 1 ? file : backup(number - 1), backup(number));
    }
    Files.deleteIfExists(file);
  }

  private Path backup(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static void moveIfThere(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
