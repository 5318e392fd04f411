package dev.kmsagent.adapters.http;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.concurrent.Executor;

/**
 * Runs the steps of TLS handshakes, each some milliseconds of computation, beside the selector,
 * which everybody needs: one at a time, since more would take the processor from those who read.
 * Addresses that wait take turns: one that connects without end delays its own connections.
 * Thread-safe; it never blocks.
 */
final class Handshakes {
  private final Executor threads;
  private final SequencedMap<Object, Queue<Runnable>> waiting = new LinkedHashMap<>();
  private boolean isRunning;

  Handshakes(Executor threads) {
    this.threads = threads;
  }

  /** Runs a step of a connection of {@code peer}, an address, later; it has one at a time. */
  synchronized void run(Object peer, Runnable step) {
    waiting.computeIfAbsent(peer, _ -> new ArrayDeque<>()).add(step);
    if (!isRunning) {
      isRunning = true;
      threads.execute(this::runNext);
    }
  }

  private void runNext() {
    try {
      next().run();
    } finally {
      goOn();
    }
  }

  private synchronized Runnable next() {
    var turn = waiting.pollFirstEntry();
    var steps = turn.getValue();
    var step = steps.remove();
    if (!steps.isEmpty()) {
      waiting.putLast(turn.getKey(), steps);
    }
    return step;
  }

  private synchronized void goOn() {
    isRunning = !waiting.isEmpty();
    if (isRunning) {
      threads.execute(this::runNext);
    }
  }
}
