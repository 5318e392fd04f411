package dev.kmsagent.bootstrap.check;

import dev.kmsagent.bootstrap.check.Finding.Grade;
import dev.kmsagent.config.schema.OneLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Prints each finding at once and keeps its grade. Not thread-safe. */
public final class Report {
  /** Above the timeouts of the vendor's library, which may take 90 s to obtain a key. */
  private static final Duration PROBE_LIMIT = Duration.ofMinutes(2);

  private final PrintStream out;
  private final boolean isColoured;
  private final Duration limit;
  private final List<Grade> grades = new ArrayList<>();

  /**
   * @param isColoured for a terminal; not for a pipe or a file
   */
  public Report(PrintStream out, boolean isColoured) {
    this(out, isColoured, PROBE_LIMIT);
  }

  Report(PrintStream out, boolean isColoured, Duration limit) {
    this.out = out;
    this.isColoured = isColoured;
    this.limit = limit;
  }

  /**
   * Adds what {@code probe} finds, and returns its grade. A probe that exceeds the limit is left
   * behind on its thread.
   *
   * @param late the grade for that
   */
  Grade check(String subject, Grade late, Supplier<Finding> probe) {
    var message = "No result within %d s.".formatted(limit.toSeconds());
    return add(
        CompletableFuture.supplyAsync(probe, task -> Thread.ofPlatform().daemon().start(task))
            .completeOnTimeout(
                new Finding(late, subject, message), limit.toNanos(), TimeUnit.NANOSECONDS)
            .join());
  }

  /** Adds a finding; its message may quote what a server or a proxy has sent. */
  Grade add(Finding finding) {
    grades.add(finding.grade());
    var message = OneLine.of(finding.message());
    out.println("%s  %-20s  %s".formatted(shown(finding.grade()), finding.subject(), message));
    return finding.grade();
  }

  private String shown(Grade grade) {
    var word = "%-7s".formatted(grade.name().toLowerCase(Locale.ROOT));
    return isColoured ? "\u001b[" + grade.sgr() + "m" + word + "\u001b[0m" : word;
  }

  /** A line that is no finding. */
  void line(String text) {
    out.println(text);
  }

  /** The number of problems. */
  public int problems() {
    return Collections.frequency(grades, Grade.PROBLEM);
  }
}
