package dev.kmsagent.bootstrap.check;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Prints each finding at once and keeps it. Not thread-safe. */
public final class Report {
  private final PrintStream out;
  private final Style style;
  private final List<Finding> findings = new ArrayList<>();

  /** The style of a report. */
  public enum Style {
    /** Grades in colour, for a terminal. */
    COLOURED,
    /** Plain text, for a pipe or a file. */
    PLAIN
  }

  public Report(PrintStream out, Style style) {
    this.out = out;
    this.style = style;
  }

  void add(Finding finding) {
    findings.add(finding);
    var line =
        "%s  %-20s  %s".formatted(shown(finding.grade()), finding.subject(), finding.message());
    out.println(line);
  }

  private String shown(Finding.Grade grade) {
    var word = "%-7s".formatted(grade.word());
    return switch (style) {
      case PLAIN -> word;
      case COLOURED -> "\u001b[" + grade.sgr() + "m" + word + "\u001b[0m";
    };
  }

  /** A line that is no finding. */
  void line(String text) {
    out.println(text);
  }

  /** The number of findings of this grade. */
  public int count(Finding.Grade grade) {
    return Collections.frequency(findings.stream().map(Finding::grade).toList(), grade);
  }
}
