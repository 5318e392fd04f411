package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What lets two builds of one source give the same jars; build/reproducible compares two. */
final class JarsIT {
  @Test
  void of_this_project_hold_one_date() throws IOException {
    for (var jar : ours()) {
      assertThat(dates(jar)).as(jar.toString()).hasSize(1);
    }
  }

  @Test
  void of_this_project_all_hold_the_same_date() throws IOException {
    var all = ours().stream().flatMap(jar -> dates(jar).stream()).collect(Collectors.toSet());
    assertThat(all).hasSize(1);
  }

  private static List<Path> ours() throws IOException {
    var ours =
        Distribution.jars().stream()
            .filter(jar -> jar.getFileName().toString().startsWith("kms-agent"))
            .toList();
    assertThat(ours).hasSizeGreaterThan(5);
    return ours;
  }

  private static Set<String> dates(Path jar) {
    try (var zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .map(ZipEntry::getTimeLocal)
          .map(Object::toString)
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new IllegalStateException(jar.toString(), e);
    }
  }
}
