package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ConcurrentTasksTest {
  private final Queue<CompletableFuture<Integer>> underWay = new ArrayDeque<>();
  private final ConcurrentTasks tasks = new ConcurrentTasks(8, Runnable::run);

  private CompletableFuture<Integer> begin() {
    var task = new CompletableFuture<Integer>();
    underWay.add(task);
    return task;
  }

  @Test
  void as_many_as_allowed_are_under_way_and_the_others_wait_for_their_turn() {
    var results =
        IntStream.range(0, 100)
            .mapToObj(_ -> tasks.add(this::begin).toCompletableFuture())
            .toList();
    for (var ended = 0; ended < 100; ended++) {
      assertThat(underWay).hasSize(Math.min(8, 100 - ended));
      underWay.remove().complete(ended);
    }
    assertThat(results.stream().map(CompletableFuture::join))
        .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void a_task_that_fails_gives_its_place_to_the_next() {
    var failing = tasks.add(this::begin).toCompletableFuture();
    IntStream.range(0, 8).forEach(_ -> tasks.add(this::begin));
    assertThat(underWay).hasSize(8);
    underWay.remove().completeExceptionally(new IllegalStateException("planted"));
    assertThat(failing).isCompletedExceptionally();
    assertThat(underWay).hasSize(8);
  }
}
