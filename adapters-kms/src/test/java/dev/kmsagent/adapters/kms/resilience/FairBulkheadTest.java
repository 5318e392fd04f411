package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class FairBulkheadTest {
  private static final Duration LEFT = Duration.ofSeconds(10);
  private static final String FULL = "full";

  private final VirtualTime time = new VirtualTime();
  private final Map<String, CompletableFuture<String>> begun = new LinkedHashMap<>();
  private FairBulkhead bulkhead = new FairBulkhead(1, time.timing(), Runnable::run);

  /**
   * Begins a call, which ends when a test says so.
   *
   * @param name namespace, role and number, for example {@code a/x/1}
   */
  private CompletableFuture<String> call(String name, Duration left) {
    var parts = name.split("/", -1);
    return bulkhead
        .call(
            new Group(parts[0], parts[1]), time.instant().plus(left), () -> begin(name), () -> FULL)
        .toCompletableFuture();
  }

  private CompletionStage<String> begin(String name) {
    var exchange = new CompletableFuture<String>();
    assertThat(begun.put(name, exchange)).as("begun once").isNull();
    return exchange;
  }

  private CompletableFuture<String> call(String name) {
    return call(name, LEFT);
  }

  private void start(String name) {
    var _ = call(name);
  }

  /** Ends the calls that are under way one after the other until none is left. */
  private List<String> order() {
    for (var i = 0; i < begun.size(); i++) {
      List.copyOf(begun.values()).get(i).complete("done");
    }
    return List.copyOf(begun.keySet());
  }

  @Test
  void permits_go_round_robin_by_namespace_and_within_it_by_role() {
    for (var name : List.of("a/x/0", "a/x/1", "a/x/2", "a/x/3", "a/y/1", "b/z/1", "b/z/2")) {
      start(name);
    }
    assertThat(order())
        .containsExactly("a/x/0", "a/x/1", "b/z/1", "a/y/1", "b/z/2", "a/x/2", "a/x/3");
  }

  @Test
  void a_call_that_gets_no_permit_leaves_after_half_of_its_time_and_is_not_made() {
    start("a/x/0");
    var waiting = call("a/x/1");
    time.advance(LEFT.dividedBy(2).minusMillis(1));
    assertThat(waiting).isNotDone();
    time.advance(Duration.ofMillis(1));
    assertThat(waiting).isCompletedWithValue(FULL);
    assertThat(order()).containsExactly("a/x/0");
    assertThat(call("a/x/2")).isNotDone();
    assertThat(begun).containsKey("a/x/2");
  }

  @Test
  void a_call_whose_time_is_over_is_refused_at_once_if_it_had_to_wait() {
    start("a/x/0");
    var late = call("a/x/1", Duration.ZERO);
    time.advance(Duration.ZERO);
    assertThat(late).isCompletedWithValue(FULL);
  }

  @Test
  void a_call_that_gets_its_permit_leaves_no_timer_behind() {
    start("a/x/0");
    start("a/x/1");
    assertThat(time.waiting()).isEqualTo(1);
    end("a/x/0");
    assertThat(begun).containsKey("a/x/1");
    assertThat(time.waiting()).isZero();
  }

  @Test
  void one_more_than_may_wait_takes_the_place_of_the_latest_of_the_role_that_waits_with_most() {
    start("a/x/0");
    var calls = new ArrayList<CompletableFuture<String>>();
    for (var i = 1; i <= FairBulkhead.MOST_WAITING; i++) {
      calls.add(call((i % 4 == 1 ? "a/y/" : "a/x/") + i));
    }
    assertThat(calls).noneMatch(CompletableFuture::isDone);
    assertThat(call("a/x/more")).isCompletedWithValue(FULL);
    assertThat(List.of(call("b/x/1"), call("b/x/2"), call("a/y/more")))
        .noneMatch(CompletableFuture::isDone);
    var refused = IntStream.range(0, calls.size()).filter(i -> calls.get(i).isDone());
    assertThat(refused.map(i -> i + 1)).containsExactly(998, 999, 1000);
    assertThat(order()).hasSize(1 + FairBulkhead.MOST_WAITING).contains("a/y/more", "b/x/2");
  }

  @Test
  void a_namespace_that_waits_with_most_by_many_roles_makes_room_too() {
    start("a/x/0");
    var most = IntStream.range(0, 600).mapToObj(i -> call("a/x" + i + "/1")).toList();
    var fewer = IntStream.range(0, 400).mapToObj(i -> call("b/x/" + i)).toList();
    assertThat(call("b/x/more")).isNotDone();
    assertThat(fewer).noneMatch(CompletableFuture::isDone);
    assertThat(most).filteredOn(CompletableFuture::isDone).hasSize(1);
  }

  @Test
  void who_sees_the_outcome_finds_the_permit_free() {
    var second = call("a/x/1").thenCompose(_ -> call("a/x/2"));
    end("a/x/1");
    end("a/x/2");
    assertThat(second).isCompletedWithValue("done");
  }

  @Test
  void a_bug_is_passed_on_and_a_caller_that_is_gone_keeps_no_permit() {
    var bug =
        bulkhead.call(
            Group.ONLY,
            time.instant().plus(LEFT),
            () -> {
              throw new IllegalStateException("a bug");
            },
            () -> FULL);
    assertThat(bug.toCompletableFuture()).isCompletedExceptionally();
    call("a/x/1").cancel(true);
    call("a/x/2").cancel(true);
    assertThat(order()).containsExactly("a/x/1", "a/x/2");
    start("a/x/3");
    assertThat(begun).containsKey("a/x/3");
  }

  @Test
  void many_that_end_at_once_do_not_begin_one_within_the_other() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      bulkhead = new FairBulkhead(1, time.timing(), threads);
      start("a/x/0");
      var ended =
          IntStream.range(0, FairBulkhead.MOST_WAITING)
              .mapToObj(
                  _ ->
                      bulkhead.call(
                          Group.ONLY,
                          time.instant().plus(LEFT),
                          () -> CompletableFuture.completedStage(stackDepth()),
                          () -> 0L))
              .toList();
      end("a/x/0");
      assertThat(ended).allSatisfy(it -> assertThat(Patience.join(it)).isBetween(1L, 99L));
    }
  }

  private static long stackDepth() {
    return StackWalker.getInstance().walk(Stream::count);
  }

  /** What must hold after each step of a schedule of calls. */
  @Property(tries = 200)
  void no_permit_is_lost_and_a_lone_call_is_among_the_next_of_as_many_as_there_are_namespaces(
      @ForAll long seed) {
    var random = new Random(seed);
    var permits = 1 + random.nextInt(4);
    bulkhead = new FairBulkhead(permits, time.timing(), Runnable::run);
    var calls = new LinkedHashMap<String, CompletableFuture<String>>();
    var due = new LinkedHashMap<String, Integer>();
    for (var step = 0; step < 300; step++) {
      switch (random.nextInt(5)) {
        case 0 -> time.advance(Duration.ofMillis(random.nextInt(300)));
        case 1, 2 ->
            underWay().stream().skip(random.nextInt(permits)).findFirst().ifPresent(this::end);
        default -> {
          var namespace = "n" + random.nextInt(random.nextInt(1, 6));
          var name = namespace + "/r" + random.nextInt(3) + "/" + step;
          var isLone = waiting(calls).stream().noneMatch(it -> it.startsWith(namespace + "/"));
          calls.put(name, call(name, Duration.ofMillis(random.nextInt(5000))));
          if (isLone && !begun.containsKey(name)) {
            var namespaces = waiting(calls).stream().map(it -> it.split("/", 2)[0]).distinct();
            due.put(name, begun.size() + (int) namespaces.count());
          }
        }
      }
      assertThat(underWay()).hasSizeLessThanOrEqualTo(permits);
      assertThat(waiting(calls).isEmpty() || underWay().size() == permits).isTrue();
      waiting(calls).stream()
          .filter(due::containsKey)
          .forEach(it -> assertThat(begun).hasSizeLessThan(due.getOrDefault(it, 0)));
    }
    order();
    assertThat(calls).allSatisfy(this::endedOnce);
    IntStream.range(0, permits).forEach(i -> start("end/r/" + i));
    assertThat(underWay()).hasSize(permits);
    begun.clear();
  }

  private CompletableFuture<String> exchange(String name) {
    return Objects.requireNonNull(begun.get(name));
  }

  private void end(String name) {
    exchange(name).complete("done");
  }

  private List<String> underWay() {
    return begun.keySet().stream().filter(it -> !exchange(it).isDone()).toList();
  }

  private List<String> waiting(Map<String, CompletableFuture<String>> calls) {
    return calls.entrySet().stream()
        .filter(it -> !it.getValue().isDone() && !begun.containsKey(it.getKey()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void endedOnce(String name, CompletableFuture<String> call) {
    assertThat(call).isCompletedWithValue(begun.containsKey(name) ? "done" : FULL);
  }

  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  @RepeatedTest(5)
  void threads_get_no_more_permits_than_there_are_and_lose_none() throws Exception {
    var made = ConcurrentHashMap.<Integer>newKeySet();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var exchanges = Executors.newFixedThreadPool(8)) {
      bulkhead = new FairBulkhead(4, time.timing(), threads);
      var calls =
          IntStream.range(0, 5000)
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              bulkhead.call(
                                  new Group("n" + i % 7, "r" + i % 3),
                                  time.instant().plus(Duration.ofMillis(i % 20)),
                                  () -> exchange(made, i, exchanges),
                                  () -> FULL)))
              .toList();
      IntStream.range(0, 20).forEach(_ -> time.advance(Duration.ofMillis(1)));
      for (var i = 0; i < calls.size(); i++) {
        var outcome = Patience.join(calls.get(i).get());
        assertThat(outcome).isEqualTo(made.contains(i) ? "done" : FULL);
      }
    }
    assertThat(mostAtOnce).hasValueLessThanOrEqualTo(4);
    IntStream.range(0, 5).forEach(i -> start("end/r/" + i));
    assertThat(begun).hasSize(4);
  }

  private CompletionStage<String> exchange(Set<Integer> made, int number, Executor executor) {
    assertThat(made.add(number)).as("made once").isTrue();
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    return number % 3 == 0
        ? CompletableFuture.completedStage(ended())
        : CompletableFuture.supplyAsync(this::ended, executor);
  }

  private String ended() {
    atOnce.decrementAndGet();
    return "done";
  }
}
