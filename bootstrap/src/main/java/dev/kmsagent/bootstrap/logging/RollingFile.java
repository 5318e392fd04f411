package dev.kmsagent.bootstrap.logging;

import dev.kmsagent.adapters.telemetry.LogQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A file that rolls at a size: it becomes {@code NAME.1}, that one {@code NAME.2}, up to a number
 * of backups, which may be 0. It is opened anew each second, since it may have been deleted or
 * replaced; while that fails, each line fails. Several processes may write to it. For one thread.
 */
final class RollingFile implements LogQueue.Sink {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final long maxBytes;
  private final int maxBackups;
  private final LongSupplier nanoTime;
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
    this.out = open(file);
  }

  private static FileChannel open(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public void write(byte[] line) throws IOException {
    if (isDue()) {
      reopen();
    }
    for (var rest = ByteBuffer.wrap(line); rest.hasRemaining(); ) {
      out.write(rest);
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
    rollFailed = false;
    out.close();
    out = open(file);
    if (out.size() >= maxBytes) {
      roll();
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
    out = open(file);
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
