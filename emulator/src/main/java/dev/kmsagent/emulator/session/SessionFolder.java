package dev.kmsagent.emulator.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;

/** A folder for the files of an emulated cloud, which is removed in the end. */
public record SessionFolder(Path path) implements AutoCloseable {
  /** One of its owner alone, among the temporary files. */
  public static SessionFolder ofOwner() throws IOException {
    return new SessionFolder(Files.createTempDirectory("kms-agent-"));
  }

  /** One that everybody can read, beside a file. */
  public static SessionFolder beside(Path file) throws IOException {
    var folder = Files.createTempDirectory(file.getParent(), "kms-agent-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new SessionFolder(folder);
  }

  @Override
  public void close() throws IOException {
    try (var entries = Files.walk(path)) {
      for (var innermost : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(innermost);
      }
    }
  }
}
