package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.out.DurableRecord;
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
import java.util.stream.Stream;

/**
 * Records that outlive every agent that is given them, on a disk that can hang. What they are asked
 * for is complete on return unless it hangs. It is the one without a name. Thread-safe.
 */
public final class FakeDurableRecords implements DurableRecord {
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

  private final class Named implements DurableRecord {
    private final List<String> name;

    Named(List<String> name) {
      this.name = name;
    }

    @Override
    public DurableRecord under(String... more) {
      return new Named(Stream.concat(name.stream(), Stream.of(more)).toList());
    }

    @Override
    public CompletionStage<Optional<Fact>> find() {
      var found = new CompletableFuture<Optional<Fact>>();
      perform(
          () ->
              found.complete(
                  Optional.ofNullable(onDisk.get(name))
                      .filter(it -> clock.instant().isBefore(it.until()))));
      return found;
    }

    @Override
    public void keep(String text) {
      var now = clock.instant();
      perform(() -> onDisk.put(name, new Fact(text, now, now.plus(life))));
    }

    @Override
    public CompletionStage<?> erase() {
      var erased = new CompletableFuture<List<String>>();
      perform(
          () -> {
            onDisk.remove(name);
            erased.complete(name);
          });
      return erased;
    }
  }

  @Override
  public DurableRecord under(String... name) {
    return new Named(List.of(name));
  }

  @Override
  public CompletionStage<Optional<Fact>> find() {
    return under().find();
  }

  @Override
  public void keep(String text) {
    under().keep(text);
  }

  @Override
  public CompletionStage<?> erase() {
    return under().erase();
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
