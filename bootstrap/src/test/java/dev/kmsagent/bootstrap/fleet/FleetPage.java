package dev.kmsagent.bootstrap.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The parts of {@code docs/fleet-simulation.md} that simulations write. */
final class FleetPage {
  /** Set it to have them written anew. */
  private static final String WRITE = "fleet.write";

  private static final Path FILE = Path.of("..", "docs", "fleet-simulation.md");

  private FleetPage() {}

  /** The part of this name says {@code content}; it does after it was written anew. */
  static synchronized void verify(String part, String content) {
    if (System.getProperty(WRITE) != null) {
      write(before(part) + content + after(part));
    }
    var page = read();
    assertThat(page.substring(before(part).length(), page.length() - after(part).length()))
        .as(
            "\"%s\" in docs/fleet-simulation.md; to write it anew: build/simulations -D%s",
            part, WRITE)
        .isEqualTo(content);
  }

  private static String before(String part) {
    var mark = "<!-- begin " + part + " -->\n\n";
    return read().substring(0, indexOf(mark) + mark.length());
  }

  private static String after(String part) {
    return read().substring(indexOf("\n<!-- end " + part + " -->\n"));
  }

  private static int indexOf(String mark) {
    var index = read().indexOf(mark);
    assertThat(index).as("where docs/fleet-simulation.md has %s", mark.strip()).isNotNegative();
    return index;
  }

  private static String read() {
    try {
      return Files.readString(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(String content) {
    try {
      Files.writeString(FILE, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
