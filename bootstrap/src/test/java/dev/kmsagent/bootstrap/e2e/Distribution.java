package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The distribution that the build assembled, a folder. */
final class Distribution {
  private static final String PROPERTY = "kmsagent.distribution";

  private Distribution() {}

  static Path folder() {
    return Path.of(Objects.requireNonNull(System.getProperty(PROPERTY), PROPERTY));
  }

  /** Whether it brings its own Java, and a cache of the classes it loads. */
  static boolean isSelfContained() {
    return Files.exists(folder().resolve("kms-agent.aot"));
  }

  static Path launcher() {
    return folder().resolve("alibabacloud-kms-agent");
  }

  /** The program and its libraries. */
  static Path jar() {
    return folder().resolve("lib/kms-agent.jar");
  }

  /** Copies it, permissions and times included, to a folder that is not there yet. */
  static Path copyTo(Path target) {
    try (var files = Files.walk(folder())) {
      for (var file : (Iterable<Path>) files::iterator) {
        var copy = target.resolve(folder().relativize(file).toString());
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
