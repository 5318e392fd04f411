package dev.kmsagent.adapters.kms.resilience;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A bulkhead that is fair: a call that finds no permit waits for one, at most half of its time, so
 * that enough is left for the call itself. Permits go round robin to the namespaces that wait,
 * within a namespace round robin to its roles, and within a role to the call that came first.
 * Thread-safe; no lock is held while a call begins or ends.
 */
public final class FairBulkhead {
  /** One more takes the place of the latest of the role that waits with most. */
  static final int MOST_WAITING = 1000;

  private final TimeSources timing;
  private final Executor executor;

  /** The first group is next; a namespace is as far ahead as the first of its groups. */
  private final SequencedMap<Group, SequencedSet<Waiting>> queues = new LinkedHashMap<>();

  /** Permits that no call has; none while a call waits. */
  private int free;

  /** For whom a call is made. */
  public record Group(String namespace, String role) {
    /** For an agent with one role. */
    public static final Group ONLY = new Group("", "");

    /** The group of a caller. */
    public static Group of(Caller caller) {
      return new Group(caller.subject().namespace(), caller.role().value());
    }
  }

  /** A call that waits. The thread that removes it from its queue decides on its permit. */
  private static final class Waiting {
    private final Group group;
    private final CompletableFuture<Boolean> permit = new CompletableFuture<>();

    Waiting(Group group) {
      this.group = group;
    }
  }

  /**
   * @param permits how many calls are under way at most; at least 1
   * @param executor begins the calls that have waited: not one within the other
   */
  public FairBulkhead(int permits, TimeSources timing, Executor executor) {
    this.free = permits;
    this.timing = timing;
    this.executor = executor;
  }

  /**
   * Makes a call once there is a permit for it; cancelling the returned stage does not cancel it.
   *
   * @param refusal the outcome if there is none in half of the time until {@code deadline}, or too
   *     many calls wait
   */
  public <T> CompletionStage<T> call(
      Group group, Instant deadline, Supplier<CompletionStage<T>> exchange, Supplier<T> refusal) {
    var waiting = new Waiting(group);
    var outcome =
        acquireOrWait(waiting)
            ? make(exchange)
            : granted(waiting, deadline)
                .thenComposeAsync(
                    isGranted ->
                        isGranted
                            ? make(exchange)
                            : CompletableFuture.completedStage(refusal.get()),
                    executor);
    return outcome.toCompletableFuture().copy();
  }

  private <T> CompletionStage<T> make(Supplier<CompletionStage<T>> exchange) {
    return CompletableFuture.completedStage(exchange)
        .thenCompose(Supplier::get)
        .whenComplete((_, _) -> next().ifPresent(it -> it.permit.complete(true)));
  }

  /** Whether there is a permit; otherwise the call waits from now on. */
  private synchronized boolean acquireOrWait(Waiting waiting) {
    if (free > 0) {
      free--;
      return true;
    }
    queues.computeIfAbsent(waiting.group, _ -> new LinkedHashSet<>()).add(waiting);
    return false;
  }

  /** Whether it got a permit in time, once that is decided. */
  private CompletionStage<Boolean> granted(Waiting waiting, Instant deadline) {
    removeSurplus().ifPresent(it -> it.permit.complete(false));
    var longestWait = Duration.between(timing.now(), deadline).dividedBy(2);
    var timer = timing.scheduler().schedule(longestWait, () -> leave(waiting));
    return waiting.permit.whenComplete((_, _) -> timer.cancel());
  }

  private void leave(Waiting waiting) {
    if (remove(waiting)) {
      waiting.permit.complete(false);
    }
  }

  private synchronized boolean remove(Waiting waiting) {
    var queue = queues.getOrDefault(waiting.group, new LinkedHashSet<>());
    var isRemoved = queue.remove(waiting);
    if (queue.isEmpty()) {
      queues.remove(waiting.group);
    }
    return isRemoved;
  }

  private synchronized Optional<Waiting> removeSurplus() {
    var sizes =
        queues.entrySet().stream()
            .collect(
                groupingBy(it -> it.getKey().namespace(), summingInt(it -> it.getValue().size())));
    if (sizes.values().stream().mapToInt(it -> it).sum() <= MOST_WAITING) {
      return Optional.empty();
    }
    var largest =
        Collections.max(
            queues.values(),
            Comparator.<SequencedSet<Waiting>>comparingInt(
                    it -> sizes.get(it.getFirst().group.namespace()))
                .thenComparingInt(Set::size));
    var latest = largest.getLast();
    remove(latest);
    return Optional.of(latest);
  }

  /** The call that gets the permit next; empty if none waits, so that it is free. */
  private synchronized Optional<Waiting> next() {
    if (queues.isEmpty()) {
      free++;
      return Optional.empty();
    }
    var next = queues.firstEntry().getValue().getFirst();
    queues.keySet().stream()
        .filter(it -> it.namespace().equals(next.group.namespace()))
        .toList()
        .forEach(it -> queues.putLast(it, queues.get(it)));
    queues.putLast(next.group, queues.get(next.group));
    remove(next);
    return Optional.of(next);
  }
}
