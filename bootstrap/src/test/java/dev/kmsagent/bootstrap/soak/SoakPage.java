package dev.kmsagent.bootstrap.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The measured part of {@code soak.md} in a folder. */
record SoakPage(Path folder) {
  private static final String BEGIN = "<!-- measured: begin -->\n";
  private static final String END = "<!-- measured: end -->\n";

  /** Replaces it. */
  void write(SoakReport report) throws IOException {
    var file = folder.resolve("soak.md");
    var page = Files.readString(file);
    var before = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
    var after = page.substring(page.indexOf(END));
    Files.writeString(file, before + report.text() + after);
  }
}
