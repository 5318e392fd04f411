package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrandsTest {
  private static final SecretName NAME = new SecretName("app/db");
  private static final SecretName OTHER = new SecretName("app/mq");

  @Test
  void those_of_one_secret_are_done_in_order_on_however_many_threads() {
    var done = new ConcurrentLinkedQueue<Integer>();
    var wanted = IntStream.range(0, 10_000).boxed().toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var errands = new Errands(threads);
      wanted.forEach(i -> errands.add(NAME, () -> done.add(i)));
      errands.done(NAME).join();
    }
    assertThat(done).containsExactlyElementsOf(wanted);
  }

  @Test
  void those_of_one_secret_do_not_wait_for_those_of_another() {
    var hindered = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var errands = new Errands(threads);
      errands.add(NAME, () -> await(hindered));
      errands.add(OTHER, () -> {});
      errands.done(OTHER).join();
      assertThat(errands.done(NAME)).isNotDone();
      hindered.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void one_that_fails_does_not_keep_the_next_from_being_done() {
    var tasks = new Tasks();
    var errands = new Errands(tasks);
    var done = new ConcurrentLinkedQueue<String>();
    errands.add(
        NAME,
        () -> {
          throw new IllegalStateException("a bug");
        });
    errands.add(NAME, () -> done.add("next"));
    tasks.doAll();
    assertThat(done).containsExactly("next");
    assertThat(errands.done(NAME)).isCompleted();
  }

  @Test
  void what_cannot_be_done_any_more_hinders_nobody() {
    var tasks = new Tasks();
    var errands = new Errands(tasks);
    tasks.refuse();
    for (var i : List.of(1, 2, 3)) {
      errands.add(NAME, () -> assertThat(i).isNull());
    }
    assertThat(errands.done(NAME)).isCompleted();
  }
}
