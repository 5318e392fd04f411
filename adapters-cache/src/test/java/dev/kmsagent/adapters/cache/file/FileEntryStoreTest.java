package dev.kmsagent.adapters.cache.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.adapters.cache.shared.StoreOperations;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries in files, on a real disk and on one in memory. */
class FileEntryStoreTest {
  private static final Duration LIFE = Duration.ofDays(1);

  @Nested
  class On_a_real_disk implements EntryStoreContract {
    @TempDir Path path;

    private EntryStore store;

    @BeforeEach
    void open() {
      var machine = new Machine();
      store = new FileEntryStore(path, machine.settings(), machine.means());
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

    @Override
    public boolean isOfOneProcess() {
      return true;
    }
  }

  /** On a disk in memory. */
  @Nested
  class As_a_model_of_Redis {
    private final Machine machine = new Machine();
    private final StoreModel model = new StoreModel(machine.time);
    private final EntryStore store = machine.start();

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

    private <T> void compare(Function<EntryStore, CompletionStage<StoreResult<T>>> exchange) {
      assertThat(EntryStoreContract.result(exchange.apply(store)).answered())
          .isEqualTo(EntryStoreContract.result(exchange.apply(model)).answered());
    }

    private static EntryKey field(int number) {
      return new EntryKey("kms-agent", "a", "field" + number);
    }

    /** Beside the tombstone of the secret. */
    @Test
    void a_secret_with_too_many_versions_loses_the_same() {
      var gone = field(0).gone();
      var tombstone = EntryStoreContract.tombstone(1);
      compare(it -> it.revoke(gone, tombstone, LIFE, RevokeCondition.ALWAYS));
      for (var i = 0; i < 140; i++) {
        var key = field(i);
        compare(it -> it.write(key, EntryStoreContract.entry(2), LIFE));
        var refused = EntryStoreContract.tombstone(3);
        compare(it -> it.revoke(field(200), refused, LIFE, RevokeCondition.ALWAYS));
        compare(it -> it.revoke(key, refused, LIFE, RevokeCondition.ALWAYS));
        IntStream.rangeClosed(0, 200).forEach(n -> compare(it -> it.read(field(n))));
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
