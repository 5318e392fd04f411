package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That no key of the configuration goes without a test that shows what it does. */
final class EveryKeyIT {
  private static final Pattern TABLE = Pattern.compile("\\[(.+)]");
  private static final Pattern KEY = Pattern.compile("#([A-Za-z]+) = .*");

  /** The keys, by the file in the distribution that has them all. */
  static Set<String> keys() {
    var keys = new TreeSet<String>();
    var table = "";
    for (var line : lines(Distribution.folder().resolve("config.toml"))) {
      var header = TABLE.matcher(line);
      var key = KEY.matcher(line);
      if (header.matches()) {
        table = header.group(1);
      } else if (key.matches()) {
        keys.add(table + "." + key.group(1));
      }
    }
    return keys;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void each_is_seen_at_work_in_some_test() throws Exception {
    var shown = new TreeSet<String>();
    for (var tests : testClasses()) {
      Arrays.stream(tests.getDeclaredMethods())
          .map(method -> method.getAnnotation(ShowsEffectOf.class))
          .filter(annotation -> annotation != null)
          .forEach(annotation -> shown.addAll(List.of(annotation.value())));
    }

    assertThat(shown).isEqualTo(keys());
  }

  private static List<Class<?>> testClasses() throws Exception {
    var folder = Path.of(EveryKeyIT.class.getResource("").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.startsWith("package-info"))
          .<Class<?>>map(EveryKeyIT::load)
          .toList();
    }
  }

  private static Class<?> load(String file) {
    try {
      return Class.forName(EveryKeyIT.class.getPackageName() + "." + file.replace(".class", ""));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
