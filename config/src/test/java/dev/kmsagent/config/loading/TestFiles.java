package dev.kmsagent.config.loading;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The files beside the tests, and what stands in them. */
final class TestFiles {
  /** A key of encryption: 32 bytes in base64. */
  static final String NEW_KEY = "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyE=";

  /** Another one. */
  static final String OLD_KEY = "b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQgb2xkIG9sZCE=";

  private static final Path FOLDER = Path.of("src/test/resources/dev/kmsagent/config/loading");

  private TestFiles() {}

  static Path path(String name) {
    return FOLDER.resolve(name).toAbsolutePath().normalize();
  }

  /** A text with the folder of the tests and the keys of encryption in their places. */
  static String filled(String text) {
    return text.replace("FOLDER", path(".").toString())
        .replace("NEW_KEY", NEW_KEY)
        .replace("OLD_KEY", OLD_KEY);
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
