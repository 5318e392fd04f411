package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.TestInfo;

/**
 * The inputs of a fuzz target that are kept and replayed as tests. A fuzz target is the method
 * {@code fuzzerTestOneInput} of a test class; its inputs are the files of the test resource folder
 * that has the name of the class and {@code Inputs}.
 */
public final class FuzzInputs {
  /** What a test names as its method source. */
  public static final String OF_THE_CLASS = "dev.kmsagent.testkit.FuzzInputs#of";

  private FuzzInputs() {}

  /** The inputs of the test's class, each under the name of its file. */
  public static Stream<Named<byte[]>> of(TestInfo test) throws IOException, URISyntaxException {
    var type = test.getTestClass().orElseThrow();
    var folder = Objects.requireNonNull(type.getResource(type.getSimpleName() + "Inputs"));
    try (var files = Files.list(Path.of(folder.toURI()))) {
      return files.sorted().toList().stream().map(FuzzInputs::input);
    }
  }

  private static Named<byte[]> input(Path file) {
    try {
      return Named.of(file.getFileName().toString(), Files.readAllBytes(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
