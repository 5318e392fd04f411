package dev.kmsagent.adapters.kms.resilience;

import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A bulkhead that is fair: a call that finds no permit waits for one until its deadline. Permits go
 * round robin to the namespaces that wait, within a namespace round robin to its roles, and within
 * a role to the call that came first. Thread-safe; no lock is held while a call begins or ends.
 */
public final class FairBulkhead {
  /** One more takes the place of the latest of the role that waits with most. */
  static final int MOST_WAITING = 1000;

  /** A call leaves before its deadline, so that whoever waits until then learns the reason. */
  private static final Duration BEFORE_DEADLINE = Duration.ofMillis(10);

  private final InstantSource clock;
  private final Scheduler scheduler;
  private final Executor executor;

  /** The first group is the next; a namespace gets its turn with the first of its groups. */
  private final SequencedMap<Group, SequencedSet<CompletableFuture<Boolean>>> waiting =
      new LinkedHashMap<>();

  /** Permits that nobody has; none while a call waits. */
  private int free;

  /** For whom a call is made. */
  public record Group(String namespace, String role) {
    /** For an agent with one role. */
    public static final Group ONLY = new Group("", "");
  }

  /**
   * @param permits how many calls are under way at most; at least 1
   * @param executor begins the calls that have waited: not one within the other
   */
  public FairBulkhead(int permits, InstantSource clock, Scheduler scheduler, Executor executor) {
    this.free = permits;
    this.clock = clock;
    this.scheduler = scheduler;
    this.executor = executor;
  }

  /**
   * Makes a call once there is a permit for it; cancelling the returned stage does not cancel it.
   *
   * @param refusal the outcome if there is none before {@code deadline}, or too many calls wait
   */
  public <T> CompletionStage<T> call(
      Group group, Instant deadline, Supplier<CompletionStage<T>> exchange, Supplier<T> refusal) {
    var permit = new CompletableFuture<Boolean>();
    var isFree = acquireOrWait(group, permit);
    var outcome = isFree ? make(exchange) : makeLater(permit, exchange, refusal);
    if (!isFree) {
      removeSurplus().ifPresent(it -> it.complete(false));
      var left = Duration.between(clock.instant(), deadline.minus(BEFORE_DEADLINE));
      var timer = scheduler.schedule(left, () -> leave(group, permit));
      permit.thenRun(timer::cancel);
    }
    return outcome.toCompletableFuture().copy();
  }

  private <T> CompletionStage<T> make(Supplier<CompletionStage<T>> exchange) {
    return CompletableFuture.completedStage(exchange)
        .thenCompose(Supplier::get)
        .whenComplete((_, _) -> release());
  }

  private <T> CompletionStage<T> makeLater(
      CompletableFuture<Boolean> permit,
      Supplier<CompletionStage<T>> exchange,
      Supplier<T> refusal) {
    return permit.thenComposeAsync(
        isGranted -> isGranted ? make(exchange) : CompletableFuture.completedStage(refusal.get()),
        executor);
  }

  private void leave(Group group, CompletableFuture<Boolean> permit) {
    if (remove(group, permit)) {
      permit.complete(false);
    }
  }

  /** Whether there is a permit; otherwise one is waited for from now on. */
  private synchronized boolean acquireOrWait(Group group, CompletableFuture<Boolean> permit) {
    if (free > 0) {
      free--;
      return true;
    }
    waiting.computeIfAbsent(group, _ -> new LinkedHashSet<>()).add(permit);
    return false;
  }

  /** Whoever removes it decides on it; false: another one does. */
  private synchronized boolean remove(Group group, CompletableFuture<Boolean> permit) {
    var calls = waiting.getOrDefault(group, new LinkedHashSet<>());
    var isRemoved = calls.remove(permit);
    if (calls.isEmpty()) {
      waiting.remove(group);
    }
    return isRemoved;
  }

  private synchronized Optional<CompletableFuture<Boolean>> removeSurplus() {
    var groups = waiting.entrySet();
    var sizes =
        groups.stream()
            .collect(
                groupingBy(it -> it.getKey().namespace(), summingInt(it -> it.getValue().size())));
    if (sizes.values().stream().mapToInt(it -> it).sum() <= MOST_WAITING) {
      return Optional.empty();
    }
    var largest =
        Collections.max(
            groups,
            comparingInt(
                    (Entry<Group, ? extends Collection<?>> it) ->
                        sizes.get(it.getKey().namespace()))
                .thenComparingInt(it -> it.getValue().size()));
    var latest = largest.getValue().getLast();
    remove(largest.getKey(), latest);
    return Optional.of(latest);
  }

  private void release() {
    next().ifPresent(it -> it.complete(true));
  }

  /** Whoever gets the permit next; empty if nobody waits, so that it is free. */
  private synchronized Optional<CompletableFuture<Boolean>> next() {
    if (waiting.isEmpty()) {
      free++;
      return Optional.empty();
    }
    var turn = waiting.firstEntry();
    var group = turn.getKey();
    var next = turn.getValue().getFirst();
    waiting.keySet().stream()
        .filter(it -> it.namespace().equals(group.namespace()))
        .toList()
        .forEach(it -> waiting.putLast(it, waiting.get(it)));
    waiting.putLast(group, turn.getValue());
    remove(group, next);
    return Optional.of(next);
  }
}
