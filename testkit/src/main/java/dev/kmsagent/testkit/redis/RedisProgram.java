package dev.kmsagent.testkit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

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
      checkRuns(program.toPath());
      return program.toPath();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Where a library is missing the system says which, and nothing else happens. */
  private static void checkRuns(Path program) throws IOException {
    var process =
        new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
    var told = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(
          "The Redis of the tests does not run here; build/redis-libraries installs what it is"
              + " linked with on Debian (libssl3, libzstd1, zlib1g). It says: "
              + told);
    }
  }
}
