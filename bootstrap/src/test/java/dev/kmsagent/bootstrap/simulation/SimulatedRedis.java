package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A Redis server with a replica that lags behind: it ends, fails over, and loses data. */
final class SimulatedRedis implements SimulatedStore {
  /** States that a replica may have at a failover. */
  private static final int SNAPSHOTS = 64;

  private final Simulation simulation;
  private final VirtualTime time;
  private final StoreModel store;
  private final Deque<Replicated> replica = new ArrayDeque<>();
  private Duration clockAhead = Duration.ZERO;
  private Duration clockSteps = Duration.ZERO;
  private boolean up = true;
  private Instant fullUntil = Instant.MIN;
  private Instant lastTrouble = Instant.MIN;
  private Instant lastLoss = Instant.MIN;

  private record Replicated(Instant at, StoreModel snapshot) {}

  SimulatedRedis(Simulation simulation) {
    this.simulation = simulation;
    this.time = simulation.time;
    this.store = new StoreModel(this::clock);
  }

  @Override
  public Access access(SharingAgent agent, Means means) {
    return new Access(new SimulatedEntryStore(simulation, agent), SharingAgent.LOCAL_TTL);
  }

  /** The server's own clock. */
  @Override
  public Instant clock() {
    return time.instant().plus(clockAhead);
  }

  @Override
  public Duration clockSteps() {
    return clockSteps;
  }

  /**
   * Performs a command on the server.
   *
   * @param needsMemory whether it fails while there is no memory
   */
  <T> StoreResult<T> perform(
      boolean needsMemory, Function<StoreModel, CompletionStage<StoreResult<T>>> command) {
    if (!up) {
      return failed(Cause.UNREACHABLE);
    }
    if (needsMemory && time.instant().isBefore(fullUntil)) {
      return failed(Cause.FULL);
    }
    var answer = command.apply(store).toCompletableFuture().resultNow();
    replica.addLast(new Replicated(time.instant(), store.snapshot()));
    if (replica.size() > SNAPSHOTS) {
      replica.removeFirst();
    }
    return answer;
  }

  static <T> StoreResult<T> failed(Cause cause) {
    return new StoreResult.Failed<>(new Failed(cause, "It is to fail."));
  }

  /** Redis expires keys some time after their end. */
  void expire() {
    if (up) {
      store.expire();
    }
  }

  /** Ends, and is back with nothing. */
  void restart(Duration length) {
    goDown(length);
    store.clear();
    lose();
  }

  /** Ends, and a replica takes its place, which lacks the last changes. */
  void failOver(Duration length, Duration lag, Duration clockStep) {
    goDown(length);
    var end = time.instant().minus(lag);
    while (!replica.isEmpty() && replica.peekLast().at().isAfter(end)) {
      replica.removeLast();
    }
    if (replica.isEmpty()) {
      store.clear();
    } else {
      store.restore(replica.peekLast().snapshot());
    }
    clockAhead = clockAhead.plus(clockStep);
    clockSteps = clockSteps.plus(clockStep.abs());
    lose();
  }

  private void goDown(Duration length) {
    if (up) {
      up = false;
      time.schedule(length, () -> up = true);
    }
    trouble(length);
  }

  private void trouble(Duration length) {
    var end = time.instant().plus(length);
    lastTrouble = end.isAfter(lastTrouble) ? end : lastTrouble;
  }

  /** Has no memory for writes. */
  void fill(Duration length) {
    fullUntil = time.instant().plus(length);
    trouble(length);
  }

  void flush() {
    store.clear();
    lose();
  }

  /** Evicts one of the hashes. */
  void evict(int number) {
    var hashes = store.hashes();
    if (!hashes.isEmpty()) {
      store.evict(hashes.get(number % hashes.size()));
      lose();
    }
  }

  private void lose() {
    lastLoss = time.instant();
  }

  @Override
  public Instant lastLoss() {
    return lastLoss;
  }

  @Override
  public boolean wasDownWithin(Duration length) {
    return !up || time.instant().minus(length).isBefore(lastTrouble);
  }
}
