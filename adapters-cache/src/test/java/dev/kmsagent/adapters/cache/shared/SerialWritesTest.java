package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialWritesTest {
  private static final SecretName NAME = new SecretName("app/db");
  private static final SecretName OTHER = new SecretName("app/mq");

  @Test
  void those_of_one_secret_are_done_in_order_on_however_many_threads() {
    var done = new ConcurrentLinkedQueue<Integer>();
    var wanted = IntStream.range(0, 10_000).boxed().toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writes = new SerialWrites(threads);
      wanted.forEach(i -> writes.add(NAME, () -> done.add(i)));
      writes.done(NAME).join();
    }
    assertThat(done).containsExactlyElementsOf(wanted);
  }

  @Test
  void those_of_one_secret_do_not_wait_for_those_of_another() {
    var hindered = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writes = new SerialWrites(threads);
      writes.add(NAME, () -> await(hindered));
      writes.add(OTHER, () -> {});
      writes.done(OTHER).join();
      assertThat(writes.done(NAME)).isNotDone();
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
    var writes = new SerialWrites(tasks);
    var done = new ConcurrentLinkedQueue<String>();
    writes.add(
        NAME,
        () -> {
          throw new IllegalStateException("a bug");
        });
    writes.add(NAME, () -> done.add("next"));
    tasks.doAll();
    assertThat(done).containsExactly("next");
    assertThat(writes.done(NAME)).isCompleted();
  }

  @Test
  void what_cannot_be_done_any_more_hinders_nobody() {
    var tasks = new Tasks();
    var writes = new SerialWrites(tasks);
    tasks.refuse();
    for (var i : List.of(1, 2, 3)) {
      writes.add(NAME, () -> assertThat(i).isNull());
    }
    assertThat(writes.done(NAME)).isCompleted();
  }
}
