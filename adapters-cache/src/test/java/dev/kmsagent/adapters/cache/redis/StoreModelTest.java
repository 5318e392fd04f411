package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.adapters.cache.shared.StoreOperations;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model of simulations answers as a real Redis with the scripts does. */
class StoreModelTest {
  private static final int OPERATIONS = 400;

  /** Lives differ by an hour at least; Redis may be told of one some time after the model. */
  private static final long TOLERANCE_MILLIS = Duration.ofMinutes(5).toMillis();

  @AutoClose private static final RedisProcess REDIS = RedisProcess.start();

  private final InstantSource clock = InstantSource.system();

  @AutoClose
  private final RedisEntryStore store =
      new RedisEntryStore(RedisConfigs.standalone(REDIS.port()), Clocks.of(clock), Runnable::run);

  private final StoreModel model = new StoreModel(clock);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void any_sequence_of_operations_has_the_same_answers(long seed) {
    var operations = new StoreOperations(model, store, new Intruder(), seed, true);
    for (var i = 0; i < OPERATIONS; i++) {
      operations.compareOne(i);
    }
    operations.hashes().forEach(this::compareLife);
  }

  /** Does it to Redis and to the model. */
  private final class Intruder implements StoreOperations.Intruder {
    @Override
    public void replaceHash(EntryKey key) {
      REDIS.configure("SET", key.hash(), "garbage");
      model.evict(key.hash());
    }

    @Override
    public void replaceLease(EntryKey key) {
      REDIS.configure("UNLINK", key.lease());
      REDIS.configure("RPUSH", key.lease(), "garbage");
      model.dropLease(key);
    }

    @Override
    public void overwrite(EntryKey key, Envelope anything) {
      var bytes = new String(anything.bytes(), ISO_8859_1);
      REDIS.configure("HSET", key.hash(), key.field(), bytes);
      model.overwrite(key, anything);
    }
  }

  private void compareLife(String hash) {
    var expected = model.life(hash).map(Duration::toMillis).orElse(-2L);
    assertThat(store.client().pttl(hash)).as(hash).isCloseTo(expected, within(TOLERANCE_MILLIS));
  }
}
