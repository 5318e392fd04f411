package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.RollingPolicy;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.TriggeringPolicyBase;
import ch.qos.logback.core.rolling.helper.CompressionMode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Rolls a log file at a size: the file becomes {@code NAME.1}, that one {@code NAME.2}, up to a
 * number of backups, which may be 0. Logback's own policy keeps 1 to 20 backups and checks the size
 * once a minute.
 */
final class NumberedBackups extends TriggeringPolicyBase<ILoggingEvent> implements RollingPolicy {
  private final Path file;
  private final long maxBytes;
  private final int maxBackups;

  NumberedBackups(Path file, long maxBytes, int maxBackups) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.maxBackups = maxBackups;
  }

  @Override
  public boolean isTriggeringEvent(File active, ILoggingEvent event) {
    return active.length() >= maxBytes;
  }

  @Override
  public void rollover() throws RolloverFailure {
    try {
      for (var number = maxBackups; number > 0; number--) {
        moveIfThere(number == 1 ? file : backup(number - 1), backup(number));
      }
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new RolloverFailure("cannot roll " + file, e);
    }
  }

  private Path backup(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static void moveIfThere(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public String getActiveFileName() {
    return file.toString();
  }

  @Override
  public CompressionMode getCompressionMode() {
    return CompressionMode.NONE;
  }

  @Override
  public void setParent(FileAppender<?> appender) {
    // The file is known without it.
  }
}
