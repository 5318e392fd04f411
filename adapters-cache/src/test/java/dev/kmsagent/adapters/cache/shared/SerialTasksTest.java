package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialTasksTest {
  private static final SecretName NAME = new SecretName("app/db");
  private static final SecretName OTHER = new SecretName("app/mq");

  @Test
  void those_of_one_secret_are_done_in_order_on_however_many_threads() {
    var done = new ConcurrentLinkedQueue<Integer>();
    var wanted = IntStream.range(0, 10_000).boxed().toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new SerialTasks<SecretName>(threads);
      for (var i : wanted) {
        var _ = tasks.add(NAME, () -> done(() -> done.add(i)));
      }
      tasks.ended(NAME).join();
    }
    assertThat(done).containsExactlyElementsOf(wanted);
  }

  @Test
  void those_of_one_secret_do_not_wait_for_those_of_another() {
    var hindered = new CompletableFuture<Void>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new SerialTasks<SecretName>(threads);
      var _ = tasks.add(NAME, () -> hindered);
      var _ = tasks.add(OTHER, () -> done(() -> {}));
      tasks.ended(OTHER).join();
      assertThat(tasks.ended(NAME)).isNotDone();
      hindered.complete(null);
    }
  }

  private static CompletionStage<Void> done(Runnable work) {
    work.run();
    return CompletableFuture.completedStage(null);
  }

  @Test
  void however_many_may_end_at_once_after_one_that_took_long() {
    var first = new CompletableFuture<Void>();
    var done = new ConcurrentLinkedQueue<Integer>();
    var wanted = IntStream.range(0, 20_000).boxed().toList();
    var executor = new Tasks();
    var tasks = new SerialTasks<SecretName>(executor);
    var _ = tasks.add(NAME, () -> first);
    for (var i : wanted) {
      var _ = tasks.add(NAME, () -> done(() -> done.add(i)));
    }
    executor.doAll();
    first.complete(null);
    executor.doAll();
    assertThat(done).containsExactlyElementsOf(wanted);
    assertThat(tasks.ended(NAME)).isCompleted();
  }

  @Test
  void one_that_fails_does_not_keep_the_next_from_being_done() {
    var executor = new Tasks();
    var tasks = new SerialTasks<SecretName>(executor);
    var done = new ConcurrentLinkedQueue<String>();
    var _ =
        tasks.add(
            NAME,
            () -> {
              throw new IllegalStateException("a bug");
            });
    var _ = tasks.add(NAME, () -> done(() -> done.add("next")));
    executor.doAll();
    assertThat(done).containsExactly("next");
    assertThat(tasks.ended(NAME)).isCompleted();
  }

  @Test
  void what_cannot_be_done_any_more_hinders_nobody() {
    var executor = new Tasks();
    var tasks = new SerialTasks<SecretName>(executor);
    executor.refuse();
    for (var i : List.of(1, 2, 3)) {
      var _ = tasks.add(NAME, () -> done(() -> assertThat(i).isNull()));
    }
    assertThat(tasks.ended(NAME)).isCompleted();
  }
}
