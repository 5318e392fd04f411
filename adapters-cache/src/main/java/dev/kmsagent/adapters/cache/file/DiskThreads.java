package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.event.CacheEvent.CacheRestored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work on the folder of a cache, which is opened with the first one, and again with the next one
 * where that failed. One thread reads, another one writes: a disk that hangs holds up these two,
 * and nobody waits for it longer than half a second, or two seconds until it is open. Thread-safe.
 * It is closed once.
 */
final class DiskThreads implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** To open it a process that starts needs more, with a part of a core. */
  private static final Duration PATIENCE_AT_START = Duration.ofSeconds(2);

  private static final Duration SWEEPING = Duration.ofHours(1);

  private static final int MOST_WAITING = 200;

  private final Opening opening;
  private final FolderSettings settings;
  private final Executor reading;
  private final Executor writing;
  private final Means means;
  private final AtomicInteger users = new AtomicInteger(1);
  private volatile @Nullable OpenFolder opened;

  /** Opens the folder. */
  @FunctionalInterface
  interface Opening {
    Folder open() throws IOException;
  }

  /** Work on the folder; it blocks. */
  @FunctionalInterface
  interface Work<T> {
    T in(OpenFolder folder) throws IOException;
  }

  /** For the folder that is made in {@code path}; touches nothing yet. */
  static DiskThreads of(Path path, FolderSettings settings, Means means) {
    return new DiskThreads(
        () -> OwnedFolder.open(path), settings, thread("cache-read"), thread("cache-write"), means);
  }

  /**
   * @param reading one thread
   * @param writing another one
   */
  DiskThreads(
      Opening opening, FolderSettings settings, Executor reading, Executor writing, Means means) {
    this.opening = opening;
    this.settings = settings;
    this.reading = reading;
    this.writing = writing;
    this.means = means;
  }

  private static Executor thread(String name) {
    var thread =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name(name).factory());
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }

  /** Has work done that changes nothing in the folder; if it waited too long, it is not begun. */
  <T> CompletionStage<StoreResult<T>> read(Work<T> work) {
    return perform(work, reading, true);
  }

  /** Has work done that may change something, after all such work before, however late. */
  <T> CompletionStage<StoreResult<T>> write(Work<T> work) {
    return perform(work, writing, false);
  }

  /** The outcome is handed to another thread. */
  private <T> CompletionStage<StoreResult<T>> perform(
      Work<T> work, Executor thread, boolean isInVainIfLate) {
    var result = new CompletableFuture<StoreResult<T>>();
    try {
      thread.execute(
          () -> {
            if (!(isInVainIfLate && result.isDone())) {
              result.completeAsync(constant(attempt(work)), means.executor());
            }
          });
    } catch (RejectedExecutionException tooMany) {
      return CompletableFuture.completedStage(new StoreResult.Skipped<>());
    }
    var patience = opened == null ? PATIENCE_AT_START : PATIENCE;
    return means.timing().scheduler().completeAfter(patience, result, DiskThreads::tooSlow);
  }

  private static <T> Supplier<T> constant(T value) {
    return () -> value;
  }

  private <T> StoreResult<T> attempt(Work<T> work) {
    if (users.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
      return new StoreResult.Skipped<>();
    }
    try {
      var folder = open();
      var answer = work.in(folder);
      return new StoreResult.Answered<>(answer, folder.time().now());
    } catch (IOException failed) {
      return new StoreResult.Failed<>(failure(failed));
    } catch (UncheckedIOException failed) {
      return new StoreResult.Failed<>(failure(Objects.requireNonNull(failed.getCause())));
    } finally {
      leave();
    }
  }

  private static <T> StoreResult<T> tooSlow() {
    return new StoreResult.Failed<>(
        new SharedCacheOutcome.Failed(
            Cause.TIMEOUT, "The disk of the cache's folder is too slow."));
  }

  private synchronized OpenFolder open() throws IOException {
    var known = opened;
    if (known == null) {
      known = openFiles();
      opened = known;
      means.events().publish(new CacheRestored(known.secrets()));
      sweep();
    }
    return known;
  }

  private OpenFolder openFiles() throws IOException {
    var files = opening.open();
    try {
      return OpenFolder.of(files, settings, means);
    } catch (IOException | UncheckedIOException failed) {
      files.close();
      throw failed;
    }
  }

  /** Removes what is of no use any more, now and once an hour. */
  private void sweep() {
    var _ =
        write(
                folder -> {
                  folder.sweep();
                  return folder;
                })
            .thenRun(() -> means.timing().scheduler().schedule(SWEEPING, this::sweep));
  }

  static SharedCacheOutcome.Failed failure(IOException failed) {
    var reason =
        failed instanceof FileSystemException known ? known.getReason() : failed.getMessage();
    var text = reason == null ? failed.getClass().getSimpleName() : reason;
    var place = failed instanceof FileSystemException known ? known.getFile() + ": " : "";
    return new SharedCacheOutcome.Failed(cause(failed, text), place + text + '.');
  }

  private static Cause cause(IOException failed, String text) {
    if (failed instanceof FolderException known) {
      return known.reason();
    }
    if (failed instanceof AccessDeniedException || failed instanceof NoSuchFileException) {
      return Cause.DENIED;
    }
    return text.contains("No space left") || text.contains("quota exceeded")
        ? Cause.FULL
        : text.contains("Read-only") ? Cause.READ_ONLY : Cause.UNREACHABLE;
  }

  /** The files stay; work that waits is not done, and work that is under way ends first. */
  @Override
  public void close() {
    leave();
  }

  /** The last one gives the folder back. */
  private void leave() {
    var isLast = users.decrementAndGet() == 0;
    var folder = opened;
    if (isLast && folder != null) {
      try {
        folder.close();
      } catch (IOException unimportant) {
        // The process ends, and the lock with it.
      }
    }
  }
}
