package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A token file in a folder of its own that nobody else may enter; closing removes both. */
record TemporaryToken(Path path) implements AutoCloseable {
  static TemporaryToken create(SecureRandom random) throws IOException {
    var path = Files.createTempDirectory("kms-agent-").resolve("token");
    new TokenFile(path, FileMode.OWNER_ONLY, null).write(random);
    return new TemporaryToken(path);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(path.resolveSibling(""));
  }
}
