package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** What an agent uses, second by second. Not thread-safe. */
final class Samples {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int INTERVALS_BETWEEN_COLLECTIONS = 30;
  private static final Pattern COLLECTION = Pattern.compile("Pause Full .* \\d+M->(\\d+)M\\(");

  private final Target target;
  private final List<Sample> all = new ArrayList<>();
  private final Path log;
  private long read;
  private int heap;

  /**
   * @param heap MiB in use after the last full collection
   * @param resident MiB
   */
  record Sample(long time, double resident, int heap, int threads, int descriptors) {}

  /** What is measured, and by how much it may differ between two parts of the run. */
  enum Figure {
    RESIDENT("resident memory, MiB", 12),
    HEAP("heap after a full collection, MiB", 4),
    THREADS("threads", 8),
    DESCRIPTORS("descriptors", 16);

    private final String title;
    private final double tolerance;

    Figure(String title, double tolerance) {
      this.title = title;
      this.tolerance = tolerance;
    }

    String title() {
      return title;
    }

    double of(Sample sample) {
      return switch (this) {
        case RESIDENT -> sample.resident();
        case HEAP -> sample.heap();
        case THREADS -> sample.threads();
        case DESCRIPTORS -> sample.descriptors();
      };
    }

    double tolerance() {
      return tolerance;
    }
  }

  Samples(Target target) {
    this.target = target;
    this.log = target.process().folder().resolve("gc.log");
  }

  static void start(List<Samples> samples, Loops loops) {
    loops.repeat(
        "samples",
        () -> {
          for (var each : samples) {
            if (each.all.size() % INTERVALS_BETWEEN_COLLECTIONS == 0) {
              each.collect();
            }
            each.take();
          }
          loops.pause(INTERVAL);
        });
  }

  /** Has the agent collect its garbage: by itself it would do so only in a full heap. */
  void collect() {
    var jcmd = SystemCommand.jdk("jcmd");
    var _ = SystemCommand.of(jcmd, target.process().pid(), "GC.run").run().outputOfSuccess();
  }

  Target target() {
    return target;
  }

  List<Sample> all() {
    return all;
  }

  void take() throws IOException {
    var proc = Path.of("/proc", Long.toString(target.process().pid()));
    try (var open = Files.list(proc.resolve("fd"))) {
      lastCollection().ifPresent(after -> heap = after);
      all.add(
          new Sample(
              System.nanoTime(),
              status(proc, "VmRSS:") / 1024.0,
              heap,
              status(proc, "Threads:"),
              (int) open.count()));
    }
  }

  private static int status(Path proc, String field) throws IOException {
    try (var lines = Files.lines(proc.resolve("status"))) {
      var line = lines.filter(it -> it.startsWith(field)).findFirst().orElseThrow();
      return Integer.parseInt(line.replaceAll("\\D", ""));
    }
  }

  /** From the lines that were added to its log. */
  private OptionalInt lastCollection() throws IOException {
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(read);
      var bytes = new byte[(int) (file.length() - read)];
      file.readFully(bytes);
      read += bytes.length;
      return COLLECTION
          .matcher(new String(bytes, StandardCharsets.US_ASCII))
          .results()
          .mapToInt(match -> Integer.parseInt(match.group(1)))
          .reduce((_, last) -> last);
    }
  }

  /**
   * The lower quartile between two parts of the time, each from 0 to 1: a leak raises it, and the
   * connections of attackers that come and go do not.
   */
  double quartile(Figure figure, double from, double to) {
    var values =
        all.subList((int) (all.size() * from), (int) Math.ceil(all.size() * to)).stream()
            .mapToDouble(figure::of)
            .sorted()
            .toArray();
    return values.length == 0 ? 0 : values[values.length / 4];
  }
}
