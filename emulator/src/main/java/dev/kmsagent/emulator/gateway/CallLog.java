package dev.kmsagent.emulator.gateway;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Counts the calls of one service and keeps the latest. A call is recorded before the first byte of
 * its answer is sent. Safe for many threads.
 */
public final class CallLog {
  /** How many calls are kept; the counts have no bound. */
  public static final int KEPT = 10_000;

  private final InstantSource clock;
  private final Deque<Call> latest = new ArrayDeque<>();
  private final Map<String, Long> byAction = new HashMap<>();
  private final Map<String, Long> bySecret = new HashMap<>();
  private long total;

  /** An empty log that dates calls by this clock. */
  public CallLog(InstantSource clock) {
    this.clock = clock;
  }

  synchronized void add(Call.Pending call, Call.Outcome outcome, OptionalInt status) {
    total++;
    byAction.merge(call.action(), 1L, Long::sum);
    bySecret.merge(call.secret().name(), 1L, Long::sum);
    latest.addLast(call.ended(clock.instant(), outcome, status));
    if (latest.size() > KEPT) {
      latest.removeFirst();
    }
  }

  /** How many calls there were, refused ones included. */
  public synchronized long total() {
    return total;
  }

  /** How many calls named this action, e.g. {@code GetSecretValue}. */
  public synchronized long ofAction(String action) {
    return byAction.getOrDefault(action, 0L);
  }

  /** How many calls named this secret, by name or ARN. */
  public synchronized long ofSecret(String secretName) {
    return bySecret.getOrDefault(secretName, 0L);
  }

  /** The counts by action, sorted. */
  public synchronized Map<String, Long> actions() {
    return new TreeMap<>(byAction);
  }

  /** The counts by secret, sorted. */
  public synchronized Map<String, Long> secrets() {
    return new TreeMap<>(bySecret);
  }

  /** The latest calls, oldest first. */
  public synchronized List<Call> latest() {
    return List.copyOf(latest);
  }

  /** Removes all calls and resets the counts. */
  public synchronized void clear() {
    latest.clear();
    byAction.clear();
    bySecret.clear();
    total = 0;
  }
}
