package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that other threads and processes read while they change. */
public final class WholeFile {
  private WholeFile() {}

  /** Puts a file with this text in the place of one, which is never there in part. */
  public static Path write(Path file, String text) {
    try {
      var written = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
      return Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
