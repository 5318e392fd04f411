package dev.kmsagent.testkit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

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
      run("cp", unpacked.toString(), program.toString());
      checkRuns(program);
      return program;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Where a library is missing the system says which, and nothing else happens. */
  private static void checkRuns(Path program) throws IOException {
    try {
      run(program.toString(), "--version");
    } catch (IllegalStateException failed) {
      throw new IllegalStateException(
          "The Redis of the tests does not run here; build/redis-libraries installs what it is"
              + " linked with on Debian (libssl3, libzstd1, zlib1g).",
          failed);
    }
  }

  private static void run(String... command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
    }
  }
}
