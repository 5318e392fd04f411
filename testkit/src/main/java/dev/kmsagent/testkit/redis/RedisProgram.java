package dev.kmsagent.testkit.redis;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import redis.embedded.core.ExecutableProvider;

/**
 * The program {@code redis-server}, unpacked once for all tests of a JVM. The copy that runs is
 * written by a process of its own: a file that this JVM has open for writing stays open in a
 * process that another test starts at that moment, and then cannot be executed (ETXTBSY).
 */
final class RedisProgram {
  private static final Path PATH = unpack();

  private RedisProgram() {}

  static Path path() {
    return PATH;
  }

  private static Path unpack() {
    try {
      var unpacked = ExecutableProvider.newJarResourceProvider().get();
      unpacked.deleteOnExit();
      var program = unpacked.toPath().resolveSibling("redis-server");
      program.toFile().deleteOnExit();
      var _ = SystemCommand.of("cp", unpacked, program).run().outputOfSuccess();
      checkRuns(program);
      return program;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Where a library is missing the system says which, and nothing else happens. */
  private static void checkRuns(Path program) {
    var version = SystemCommand.of(program, "--version").run();
    if (version.status() != 0) {
      throw new IllegalStateException(
          "The Redis of the tests does not run here; build/redis-libraries installs what it is"
              + " linked with on Debian (libssl3, libzstd1, zlib1g): "
              + version.printed().strip());
    }
  }
}
