package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** A folder that only its owner can enter; closing removes it with its contents. */
record TemporaryFolder(Path path) implements AutoCloseable {
  static TemporaryFolder create() throws IOException {
    return new TemporaryFolder(Files.createTempDirectory("kms-agent-"));
  }

  @Override
  public void close() throws IOException {
    for (var entry : innermostFirst()) {
      Files.deleteIfExists(entry);
    }
  }

  private List<Path> innermostFirst() throws IOException {
    try (var entries = Files.walk(path)) {
      return entries.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
