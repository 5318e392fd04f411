package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.adapters.cache.shared.StoreOperations;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
      Machine.awaitEnd(path);
    }

    @Override
    public EntryStore store() {
      return store;
    }
  }

  /** On a disk in memory. */
  @Nested
  class As_a_model_of_Redis {
    private final Machine machine = new Machine();
    private final StoreModel model = new StoreModel(machine.time);
    private final EntryStore store = machine.start().entries();

    /** Does it to the folder and to the model. */
    private final class Intruder implements StoreOperations.Intruder {
      @Override
      public void replaceHash(EntryKey key) {
        machine.disk.overwrite(FaultyFolder.name(key), new byte[9], VirtualTime.START);
        model.evict(key.hash());
      }

      @Override
      public void replaceLease(EntryKey key) {
        // They are in memory.
      }

      @Override
      public void overwrite(EntryKey key, Envelope anything) {
        machine.disk.overwrite(key, anything);
        model.overwrite(key, anything);
      }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void any_sequence_of_operations_has_the_same_answers(long seed) {
      var operations = new StoreOperations(model, store, new Intruder(), seed, false);
      for (var i = 0; i < 1000; i++) {
        operations.compareOne(i);
      }
    }
  }
}
