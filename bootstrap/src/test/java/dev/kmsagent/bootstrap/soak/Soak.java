package dev.kmsagent.bootstrap.soak;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.testkit.MeasuredPage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.function.Consumer;

/** Runs a soak and reports it; the exit status is 1 if something was not as documented. */
final class Soak {
  /** In less time the JVM is not warm: the first third warms it up. */
  private static final Duration LEAST_TO_JUDGE_USE = Duration.ofMinutes(8);

  private final Options options;
  private final Testbed testbed;
  private final Judge judge;

  private Soak(Options options, Testbed testbed) {
    this.options = options;
    this.testbed = testbed;
    this.judge = new Judge(testbed);
  }

  static void main(String[] args) throws Exception {
    var options = Options.of(args);
    System.out.println("seed " + options.seed());
    var good = false;
    try (var testbed = new Testbed()) {
      good = new Soak(options, testbed).run();
    }
    System.exit(good ? 0 : 1);
  }

  /** Whether all was as documented, and what the agents use is flat. */
  private boolean run() throws Exception {
    var loops = new Loops(judge);
    var disturbances = new Disturbances(testbed, judge, loops, options.random(1));
    for (var target : testbed.targets) {
      var clients = new Clients(testbed, target, judge, loops);
      clients.warmUp();
      clients.start();
    }
    loops.repeat("samples", () -> sample(loops, Target::sample, Duration.ofSeconds(1)));
    loops.repeat("heaps", () -> sample(loops, Target::sampleHeap, Duration.ofSeconds(30)));
    disturbances.start();
    outages(loops, 2).start();
    loops.pause(options.length());
    loops.end();
    disturbances.end();
    outages(new Loops(judge), 3).awaitCurrent();
    System.out.println(report());
    if (options.write()) {
      new MeasuredPage(Path.of("docs/internals/soak.md"), "--write", options.command())
          .write("result", report());
    }
    return judge.isGood() && (!isUseJudged() || testbed.targets.stream().allMatch(Target::isFlat));
  }

  private Outages outages(Loops loops, int which) {
    var isLong = options.length().compareTo(Duration.ofMinutes(5)) >= 0;
    return new Outages(testbed, judge, loops, options.random(which), isLong);
  }

  private void sample(Loops loops, Consumer<Target> figures, Duration pause)
      throws InterruptedException {
    testbed.targets.forEach(figures);
    loops.pause(pause);
  }

  private boolean isUseJudged() {
    return options.length().compareTo(LEAST_TO_JUDGE_USE) >= 0;
  }

  private String report() {
    return """
    %s: `%s` on %d processors for agents, load and emulator, Linux %s, JDK %s.

    %s
    | agent | figure | first third | second third | last third | flat |
    |---|---|---|---|---|---|
    %s"""
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            options.command(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.version").replaceFirst("-.*", ""),
            System.getProperty("java.version"),
            judge.report(),
            testbed.targets.stream().map(Target::report).collect(joining()));
  }

  /** How long, and in which order. */
  record Options(Duration length, long seed, boolean write) {
    static Options of(String... args) {
      var length = Duration.ofMinutes(10);
      var seed = System.nanoTime() & 0xffff_ffffL;
      var write = false;
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--minutes" -> length = Duration.ofMinutes(Long.parseLong(args[++i]));
          case "--seed" -> seed = Long.parseLong(args[++i]);
          case "--write" -> write = true;
          default -> throw new IllegalArgumentException("unknown option: " + args[i]);
        }
      }
      return new Options(length, seed, write);
    }

    /** What repeats it. */
    String command() {
      return "build/soak --minutes %d --seed %d".formatted(length.toMinutes(), seed);
    }

    Random random(int which) {
      return new Random(seed * 31 + which);
    }
  }
}
