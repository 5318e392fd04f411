package dev.kmsagent.emulator.session;

import dev.kmsagent.emulator.seed.SeedFile;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads the secrets for an emulator and reports their problems.
 *
 * @param secrets the file; {@code null} for demonstration secrets
 * @param parent where it creates a folder that everybody can read; {@code null} for one of its
 *     owner alone, among the temporary files
 */
public record SeededRun(@Nullable Path secrets, @Nullable Path parent) {
  /** What is done with the secrets. */
  public interface Body {
    /** Returns the exit status. */
    int run(Seeds seeds, Path folder) throws IOException;
  }

  /**
   * Runs {@code body} with a folder, and removes it then; empty where the file has problems, which
   * are printed.
   */
  public OptionalInt run(PrintStream err, Body body) throws IOException {
    return switch (read()) {
      case SeedFile.Reading.Valid(var seeds) -> OptionalInt.of(inFolder(body, seeds));
      case SeedFile.Reading.Problems(var problems) -> {
        problems.forEach(problem -> err.println(secrets + ", " + problem));
        yield OptionalInt.empty();
      }
    };
  }

  private SeedFile.Reading read() throws IOException {
    return secrets == null
        ? new SeedFile.Reading.Valid(SeedFile.demonstration())
        : SeedFile.read(secrets);
  }

  private int inFolder(Body body, Seeds seeds) throws IOException {
    var folder = folder();
    try {
      return body.run(seeds, folder);
    } finally {
      remove(folder);
    }
  }

  private Path folder() throws IOException {
    if (parent == null) {
      return Files.createTempDirectory("kms-agent-");
    }
    var folder = Files.createTempDirectory(parent, "kms-agent-");
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void remove(Path folder) throws IOException {
    try (var entries = Files.walk(folder)) {
      for (var innermost : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(innermost);
      }
    }
  }
}
