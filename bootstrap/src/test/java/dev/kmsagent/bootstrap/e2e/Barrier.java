package dev.kmsagent.bootstrap.e2e;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Closes roads, so that requests show whether they wait for what comes back on them. */
final class Barrier {
  private final CountDownLatch opening = new CountDownLatch(1);

  /** What a client got, and for what it waited. */
  record Timed(Answer answer, Waits waits) {}

  /** Closes these roads. */
  Barrier(List<Road> roads) {
    roads.forEach(road -> road.close(opening));
  }

  /** Sends a request. */
  CompletableFuture<Timed> watch(Supplier<CompletableFuture<Answer>> request) {
    var start = System.nanoTime();
    return request
        .get()
        .thenApply(answer -> new Timed(answer, waits(Duration.ofNanos(System.nanoTime() - start))));
  }

  private Waits waits(Duration took) {
    return Waits.of(took, opening.getCount() > 0);
  }

  /** Opens the roads for ever. */
  void open() {
    opening.countDown();
  }
}
