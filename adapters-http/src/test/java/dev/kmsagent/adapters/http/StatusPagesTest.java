package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.testkit.Patience;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Metrics that many ask for at once. */
final class StatusPagesTest {
  private final TestAgent.Operations operations = new TestAgent.Operations();
  private final StatusPages pages = new StatusPages(operations, operations);
  private final Queue<Admission.ToBody> replies = new ConcurrentLinkedQueue<>();

  private Thread ask() {
    return Thread.ofPlatform().start(() -> replies.add(pages.metrics()));
  }

  @Test
  void requests_that_wait_for_metrics_share_the_next_rendering() throws InterruptedException {
    var mayRender = operations.holdMetrics();
    var threads = new ArrayList<Thread>();
    threads.add(ask());
    Patience.assertSoon(() -> operations.renderings() == 1);
    for (int i = 0; i < 20; i++) {
      threads.add(ask());
    }
    for (var late : threads.subList(1, threads.size())) {
      Patience.assertSoon(() -> late.getState() == Thread.State.BLOCKED);
    }
    mayRender.complete(true);
    for (var thread : threads) {
      thread.join();
    }

    assertThat(operations.renderings()).isEqualTo(2);
    assertThat(replies).hasSize(21).allMatch(reply -> reply.body().apply("id").length > 0);
    ask().join();
    assertThat(operations.renderings()).isEqualTo(3);
  }
}
