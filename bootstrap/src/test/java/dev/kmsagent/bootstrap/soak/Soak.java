package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.testkit.MeasuredPage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a soak and reports it; the exit status is 1 if something was not as documented. */
final class Soak {
  private static final Duration PROGRESS = Duration.ofSeconds(30);
  private static final int KEPT = 2;
  private static final int ON_NEW = 1;

  private final Options options;
  private final PrintStream out = System.out;
  private final Testbed testbed;
  private final Timeline timeline = new Timeline();
  private final Judge judge;
  private final Loops loops;
  private final Latencies latencies = new Latencies();
  private final List<Applications> applications;
  private final List<Samples> samples;
  private final Changes changes;
  private final Attacks attacks;

  private Soak(Options options, Testbed testbed) {
    this.options = options;
    this.testbed = testbed;
    this.judge = new Judge(timeline, testbed.token(), testbed.targets(), out);
    this.loops = new Loops(this::broke);
    this.applications =
        testbed.targets().stream()
            .map(target -> new Applications(testbed, target, judge, loops, latencies))
            .toList();
    this.samples = testbed.targets().stream().map(Samples::new).toList();
    this.changes = new Changes(testbed, loops, options.random(1));
    this.attacks = new Attacks(testbed, judge, loops, options.random(2));
  }

  private void broke(String loop, Throwable error) {
    var now = System.nanoTime();
    judge.fail(testbed.targets().getFirst(), now, now, loop + " ended: " + error);
    error.printStackTrace(out);
  }

  static void main(String[] args) throws Exception {
    var options = Options.of(args);
    var stop = new CountDownLatch(1);
    var done = new CountDownLatch(1);
    var status = 1;
    Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stop, done)));
    System.out.println("seed " + options.seed());
    try (var testbed = Testbed.start()) {
      var soak = new Soak(options, testbed);
      status = soak.run(stop) ? 0 : 1;
    } finally {
      done.countDown();
    }
    if (stop.getCount() > 0) {
      System.exit(status);
    }
  }

  /** Asks for the end, and waits for it. */
  private static void await(CountDownLatch stop, CountDownLatch done) {
    stop.countDown();
    try {
      var _ = done.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether all was as documented. */
  private boolean run(CountDownLatch stop) throws IOException, InterruptedException {
    for (var each : applications) {
      each.warmUp();
    }
    takeSamples();
    startAll();
    var interrupted = awaitEnd(stop);
    var length = Duration.ofNanos(System.nanoTime() - timeline.start());
    timeline.close();
    if (interrupted) {
      judge.end();
    }
    loops.end();
    changes.liftAll();
    if (!interrupted) {
      new Recovery(testbed, judge, new Loops(this::broke)).awaitCurrent();
    }
    takeSamples();
    var report = new SoakReport(result(length), judge, timeline, samples, latencies);
    out.println(report.text());
    if (options.write()) {
      new MeasuredPage(Path.of("docs/internals/soak.md"), "--write", options.command())
          .write("result", report.text());
    }
    return report.isGood();
  }

  private SoakReport.Run result(Duration length) {
    var counts = new HashMap<>(changes.counts());
    counts.putAll(attacks.counts());
    counts.put("reads of secrets", reads());
    return new SoakReport.Run(options.command(), Instant.now(), length, counts);
  }

  /** Returns when it has lasted long enough, or at Ctrl-C: then true. */
  private boolean awaitEnd(CountDownLatch stop) throws InterruptedException {
    var end = System.nanoTime() + options.length().toNanos();
    for (var left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      if (stop.await(Math.min(left, PROGRESS.toNanos()), TimeUnit.NANOSECONDS)) {
        return true;
      }
      out.printf(
          "%.0f s: %d reads, %d failures that are not allowed%n",
          Window.seconds(System.nanoTime() - timeline.start()), reads(), judge.notAllowed());
    }
    return false;
  }

  private long reads() {
    return applications.stream().mapToLong(Applications::reads).sum();
  }

  private void takeSamples() throws IOException, InterruptedException {
    for (var each : samples) {
      each.collect();
      each.take();
    }
  }

  private void startAll() {
    var recovery = new Recovery(testbed, judge, loops);
    var refusals = new Semaphore(1, true);
    applications.forEach(each -> each.start(KEPT, ON_NEW));
    Samples.start(samples, loops);
    changes.start();
    attacks.start();
    new RedisOutages(testbed, timeline, recovery, loops, options.random(3)).start();
    new IdentityOutages(testbed, timeline, recovery, loops, options.random(4), refusals).start();
    new KmsOutages(
            testbed,
            timeline,
            recovery,
            loops,
            options.random(5),
            refusals,
            options.length().compareTo(Duration.ofMinutes(5)) >= 0)
        .start();
  }

  /** How long, and in which order. */
  record Options(Duration length, long seed, boolean write) {
    static Options of(String... args) {
      var length = Duration.ofMinutes(10);
      var seed = System.nanoTime() & 0xffff_ffffL;
      var write = false;
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--minutes" ->
              length = Duration.ofMillis((long) (Double.parseDouble(args[++i]) * 60_000));
          case "--seed" -> seed = Long.parseLong(args[++i]);
          case "--write" -> write = true;
          default -> throw new IllegalArgumentException("unknown option: " + args[i]);
        }
      }
      return new Options(length, seed, write);
    }

    /** What repeats it. */
    String command() {
      return "build/soak --minutes %s --seed %d"
          .formatted(new DecimalFormat("0.##").format(length.toMillis() / 60_000.0), seed);
    }

    Random random(int which) {
      return new Random(seed * 31 + which);
    }
  }
}
