package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import java.nio.file.Path;

/** The folder of a cache. Thread-safe. It is closed once. */
public final class CacheFolder implements AutoCloseable {
  private final DiskThreads threads;

  /**
   * Touches nothing yet.
   *
   * @param path in which the folder is made
   */
  public CacheFolder(Path path, FolderSettings settings, Means means) {
    this(DiskThreads.of(path, settings, means));
  }

  CacheFolder(DiskThreads threads) {
    this.threads = threads;
  }

  /** What is in it. */
  public EntryStore entries() {
    return new FileEntryStore(threads);
  }

  /** The files stay; work that waits is not done, and work that is under way ends first. */
  @Override
  public void close() {
    threads.close();
  }
}
