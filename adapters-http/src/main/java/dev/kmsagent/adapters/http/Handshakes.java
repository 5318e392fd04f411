package dev.kmsagent.adapters.http;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.concurrent.Executor;

/**
 * Runs the steps of TLS handshakes, each some milliseconds of computation, beside the selector,
 * which everybody needs. Addresses that wait take turns: one that connects without end delays its
 * own connections. Thread-safe; it never blocks.
 */
final class Handshakes {
  private final Executor threads;
  private final int most;
  private final SequencedMap<Object, Queue<Runnable>> waiting = new LinkedHashMap<>();
  private int running;

  /** Steps run on {@code threads}, at most {@code most} at once. */
  Handshakes(Executor threads, int most) {
    this.threads = threads;
    this.most = most;
  }

  /** Runs a step of a connection of {@code peer}, an address, later; it has one at a time. */
  synchronized void run(Object peer, Runnable step) {
    waiting.computeIfAbsent(peer, _ -> new ArrayDeque<>()).add(step);
    if (running < most) {
      running++;
      threads.execute(this::runNext);
    }
  }

  private void runNext() {
    try {
      next().ifPresent(Runnable::run);
    } finally {
      goOn();
    }
  }

  private synchronized Optional<Runnable> next() {
    var turn = waiting.pollFirstEntry();
    if (turn == null) {
      return Optional.empty();
    }
    var steps = turn.getValue();
    var step = steps.remove();
    if (!steps.isEmpty()) {
      waiting.putLast(turn.getKey(), steps);
    }
    return Optional.of(step);
  }

  private synchronized void goOn() {
    if (waiting.isEmpty()) {
      running--;
    } else {
      threads.execute(this::runNext);
    }
  }
}
