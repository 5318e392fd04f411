package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of the documentation with parts that tests measure: each stands between the lines {@code
 * <!-- begin NAME -->} and {@code <!-- end NAME -->}. Thread-safe.
 *
 * @param property the system property that has the parts written anew
 * @param command what measures them, without the property
 */
public record MeasuredPage(Path file, String property, String command) {
  /** Checks that a part is this text; with the property set, makes it so. */
  public void verify(String part, String text) {
    if (System.getProperty(property) != null) {
      write(part, text);
    }
    assertThat(part(part))
        .as("\"%s\" in %s; to write it anew: %s -D%s", part, file, command, property)
        .isEqualTo(text);
  }

  /** A part as it stands there. */
  public String part(String part) {
    var page = read();
    return page.substring(begin(page, part), end(page, part));
  }

  /** Replaces a part. */
  public void write(String part, String text) {
    synchronized (MeasuredPage.class) {
      var page = read();
      var changed = page.substring(0, begin(page, part)) + text + page.substring(end(page, part));
      try {
        Files.writeString(file, changed);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int begin(String page, String part) {
    var mark = "<!-- begin " + part + " -->\n";
    assertThat(page).as("%s", file).contains(mark);
    return page.indexOf(mark) + mark.length();
  }

  private int end(String page, String part) {
    return page.indexOf("<!-- end " + part + " -->\n", begin(page, part));
  }
}
