package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The distribution that the build assembled, a folder. */
final class Distribution {
  private static final String PROPERTY = "kmsagent.distribution";

  private Distribution() {}

  static Path folder() {
    return Path.of(Objects.requireNonNull(System.getProperty(PROPERTY), PROPERTY));
  }

  static Path launcher() {
    return folder().resolve("alibabacloud-kms-agent");
  }

  /** Copies it, permissions included, to a folder that is not there yet. */
  static Path copyTo(Path target) {
    try (var files = Files.walk(folder())) {
      for (var file : (Iterable<Path>) files::iterator) {
        Files.copy(file, target.resolve(folder().relativize(file).toString()));
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
