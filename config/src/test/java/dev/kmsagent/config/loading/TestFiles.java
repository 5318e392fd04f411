package dev.kmsagent.config.loading;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The files beside the tests. */
final class TestFiles {
  private static final Path FOLDER = Path.of("src/test/resources/dev/kmsagent/config/loading");

  private TestFiles() {}

  static Path path(String name) {
    return FOLDER.resolve(name).toAbsolutePath().normalize();
  }

  static Properties properties(String name) {
    var properties = new Properties();
    try (var file = Files.newBufferedReader(path(name))) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
