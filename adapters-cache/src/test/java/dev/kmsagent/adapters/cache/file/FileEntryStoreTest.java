package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Entries in files, on a real disk and on one in memory. */
class FileEntryStoreTest {
  @Nested
  class On_a_real_disk implements EntryStoreContract {
    @TempDir Path path;

    private EntryStore store;

    @BeforeEach
    void open() {
      var machine = new Machine();
      store = new CacheFolder(path, machine.settings(), machine.means()).entries();
    }

    @AfterEach
    void close() {
      store.close();
    }

    @Override
    public EntryStore store() {
      return store;
    }
  }
}
