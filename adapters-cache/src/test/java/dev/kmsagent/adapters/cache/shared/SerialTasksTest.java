package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialTasksTest {
  private static final String NAME = "app/db";
  private static final String OTHER = "app/mq";

  private final Tasks executor = new Tasks();
  private final SerialTasks<String> tasks = new SerialTasks<>(executor);
  private final List<Integer> done = new ArrayList<>();

  private CompletionStage<Void> done(int task) {
    done.add(task);
    return CompletableFuture.completedStage(null);
  }

  @Test
  void those_of_one_secret_end_in_order_however_many_and_those_of_another_do_not_wait() {
    var first = new CompletableFuture<Void>();
    var wanted = IntStream.range(0, 20_000).boxed().toList();
    var _ = tasks.add(NAME, () -> first);
    for (var i : wanted) {
      var _ = tasks.add(NAME, () -> done(i));
    }
    var _ = tasks.add(OTHER, () -> done(-1));
    executor.doAll();
    assertThat(done).containsExactly(-1);
    assertThat(tasks.ended(NAME)).isNotDone();
    first.complete(null);
    executor.doAll();
    assertThat(done.subList(1, done.size())).containsExactlyElementsOf(wanted);
    assertThat(tasks.ended(NAME)).isCompleted();
  }

  @Test
  void one_that_fails_does_not_keep_the_next_from_being_done() {
    var _ =
        tasks.add(
            NAME,
            () -> {
              throw new IllegalStateException("a bug");
            });
    var _ = tasks.add(NAME, () -> done(1));
    executor.doAll();
    assertThat(done).containsExactly(1);
    assertThat(tasks.ended(NAME)).isCompleted();
  }

  @Test
  void what_cannot_be_done_any_more_hinders_nobody() {
    executor.refuse();
    for (var i : List.of(1, 2, 3)) {
      var _ = tasks.add(NAME, () -> done(i));
    }
    assertThat(done).isEmpty();
    assertThat(tasks.ended(NAME)).isCompleted();
  }
}
