package dev.kmsagent.testkit.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import redis.embedded.core.ExecutableProvider;

/** The program {@code redis-server}, unpacked once for all tests of a JVM. */
final class RedisProgram {
  private static final Path PATH = unpack();

  private RedisProgram() {}

  static Path path() {
    return PATH;
  }

  private static Path unpack() {
    try {
      var program = ExecutableProvider.newJarResourceProvider().get();
      program.deleteOnExit();
      return program.toPath();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
