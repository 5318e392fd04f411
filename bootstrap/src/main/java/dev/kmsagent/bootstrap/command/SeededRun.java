package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.seed.Seed;
import dev.kmsagent.emulator.seed.SeedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the secrets for an emulator and reports their problems.
 *
 * @param secrets the file; {@code null} for demonstration secrets
 */
record SeededRun(CommandContext context, @Nullable Path secrets) {
  /** What is done with the secrets. */
  interface Body {
    /** Returns the exit status. */
    int run(List<Seed> seeds, Path folder) throws IOException;
  }

  /** Runs {@code body} with a folder that only its owner can enter, and removes it then. */
  int run(Body body) {
    try {
      return switch (read()) {
        case SeedFile.Reading.Seeds(var seeds) -> inFolder(body, seeds);
        case SeedFile.Reading.Problems(var problems) -> {
          problems.forEach(problem -> context.err().println(secrets + ", " + problem));
          yield ExitStatus.MISUSED;
        }
      };
    } catch (IOException e) {
      return context.fail(IoMessages.of(e), ExitStatus.FAILED);
    }
  }

  private SeedFile.Reading read() throws IOException {
    return secrets == null
        ? new SeedFile.Reading.Seeds(SeedFile.demonstration())
        : SeedFile.read(secrets);
  }

  private static int inFolder(Body body, List<Seed> seeds) throws IOException {
    var folder = Files.createTempDirectory("kms-agent-");
    try {
      return body.run(seeds, folder);
    } finally {
      remove(folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (var entries = Files.walk(folder)) {
      for (var innermost : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(innermost);
      }
    }
  }
}
