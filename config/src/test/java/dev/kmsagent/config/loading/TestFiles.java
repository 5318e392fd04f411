package dev.kmsagent.config.loading;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;

/** The files beside the tests. */
final class TestFiles {
  private TestFiles() {}

  static Path path(String name) {
    URL file = Objects.requireNonNull(TestFiles.class.getResource(name), name);
    try {
      return Path.of(file.toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalArgumentException(name, impossible);
    }
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
