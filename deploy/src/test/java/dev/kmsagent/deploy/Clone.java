package dev.kmsagent.deploy;

import dev.kmsagent.testkit.Unchecked;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where things lie in the clone that is tested. */
public final class Clone {
  private Clone() {}

  /** Its root. */
  public static Path root() {
    return Path.of("..").toAbsolutePath().normalize();
  }

  static Path deploy() {
    return root().resolve("deploy");
  }

  static Path kubernetes() {
    return deploy().resolve("kubernetes");
  }

  public static String text(Path file) {
    return Unchecked.get(() -> Files.readString(file));
  }

  /** The files under a folder whose names have this end, in their order. */
  static List<Path> files(Path folder, int depth, String end) {
    try (var files = Files.walk(folder, depth)) {
      return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
