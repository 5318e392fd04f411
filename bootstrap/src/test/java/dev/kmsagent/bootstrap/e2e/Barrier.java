package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Requests at one moment of virtual time, while all that comes back from the cloud is held up, so
 * that they show whether they wait for it; then the time until the last has its answer.
 */
final class Barrier {
  private final VirtualTime time;
  private final Instant start;
  private final CountDownLatch opening = new CountDownLatch(1);
  private final List<Watched> all = new ArrayList<>();

  /** What a client got, and for what it waited. */
  record Timed(AgentAnswer answer, Waits waits) {}

  /**
   * What the cloud does once the roads are open.
   *
   * @param answersWithin how long it takes for its answers
   * @param silence waits until it has received what it does not answer
   */
  record Course(Duration answersWithin, Runnable silence) {
    Course(Duration answersWithin) {
      this(answersWithin, () -> {});
    }
  }

  /** A request, and the class of latency that it is expected to have. */
  private record Watched(Waits expected, CompletableFuture<Timed> answer) {}

  /** Closes these roads. */
  Barrier(VirtualTime time, List<Relay> roads) {
    this.time = time;
    this.start = time.instant();
    roads.forEach(road -> road.holdUp(opening));
  }

  /** Sends a request. */
  CompletableFuture<Timed> watch(Waits expected, Supplier<CompletableFuture<AgentAnswer>> request) {
    var answer = request.get().thenApply(it -> new Timed(it, waits()));
    all.add(new Watched(expected, answer));
    return answer;
  }

  private Waits waits() {
    return Waits.of(Duration.between(start, time.instant()), opening.getCount() > 0);
  }

  /**
   * Opens the roads for ever, and lets time pass until all have their answers.
   *
   * @param called waits until the calls that the requests make have reached the cloud
   */
  void open(Runnable called, Course course) {
    expected(Waits.AT_ONCE).forEach(CompletableFuture::join);
    called.run();
    time.awaitDue(Waits.STALE_AFTER_MILLIS, expected(Waits.STALE_AFTER).size());
    opening.countDown();
    course.silence().run();
    var answers = CompletableFuture.allOf(expected(Waits.ANSWER).toArray(CompletableFuture[]::new));
    time.advanceUntil(answers::isDone, course.answersWithin());
    joinAt(Waits.STALE_AFTER_MILLIS, expected(Waits.STALE_AFTER));
    joinAt(Waits.REQUEST_TIMEOUT, expected(Waits.DEADLINE));
  }

  private List<CompletableFuture<Timed>> expected(Waits waits) {
    return all.stream().filter(each -> each.expected() == waits).map(Watched::answer).toList();
  }

  private void joinAt(Duration sinceStart, List<CompletableFuture<Timed>> answers) {
    if (!answers.isEmpty()) {
      time.advance(Duration.between(time.instant(), start.plus(sinceStart)));
      answers.forEach(CompletableFuture::join);
    }
  }
}
