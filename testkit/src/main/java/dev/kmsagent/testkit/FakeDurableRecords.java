package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.out.DurableRecords;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Records that outlive every agent that is given them, on a disk that can hang. What they are asked
 * for is complete on return unless it hangs. Thread-safe.
 */
public final class FakeDurableRecords implements DurableRecords {
  private final InstantSource clock;
  private final Duration life;
  private final Map<List<String>, Fact> onDisk = new HashMap<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean hangs;

  /** None yet; each counts for so long. */
  public FakeDurableRecords(InstantSource clock, Duration life) {
    this.clock = clock;
    this.life = life;
  }

  @Override
  public CompletionStage<Optional<Fact>> find(List<String> name) {
    var found = new CompletableFuture<Optional<Fact>>();
    perform(
        () ->
            found.complete(
                Optional.ofNullable(onDisk.get(name))
                    .filter(it -> clock.instant().isBefore(it.until()))));
    return found;
  }

  @Override
  public void keep(List<String> name, String text) {
    var now = clock.instant();
    perform(() -> onDisk.put(name, new Fact(text, now, now.plus(life))));
  }

  @Override
  public CompletionStage<?> erase(List<String> name) {
    var erased = new CompletableFuture<List<String>>();
    perform(
        () -> {
          onDisk.remove(name);
          erased.complete(name);
        });
    return erased;
  }

  private synchronized void perform(Runnable work) {
    if (hangs) {
      waiting.add(work);
    } else {
      work.run();
    }
  }

  /** From now on nothing is read or written. */
  public synchronized void hang() {
    hangs = true;
  }

  /** What waits is done now, and what follows at once. */
  public synchronized void resume() {
    hangs = false;
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  /** What waits is never done: the process was killed. */
  public synchronized void lose() {
    hangs = false;
    waiting.clear();
  }

  /** The records that have not been erased, by name. */
  public synchronized Map<List<String>, Fact> all() {
    return Map.copyOf(onDisk);
  }
}
