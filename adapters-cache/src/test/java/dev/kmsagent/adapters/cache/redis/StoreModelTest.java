package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model of simulations answers as a real Redis with the scripts does. */
class StoreModelTest {
  private static final int OPERATIONS = 400;
  private static final int FIELDS = 80;

  /** Dated later than the clock of any store. */
  private static final Envelope AHEAD = new Envelope(("2E" + "9".repeat(32)).getBytes(ISO_8859_1));

  @AutoClose private static final RedisProcess REDIS = RedisProcess.start();

  private final InstantSource clock = InstantSource.system();

  @AutoClose
  private final RedisEntryStore store =
      new RedisEntryStore(RedisConfigs.standalone(REDIS.port()), Clocks.of(clock), Runnable::run);

  private final StoreModel model = new StoreModel(clock);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void any_sequence_of_operations_has_the_same_answers(long seed) {
    var operations = new Operations("seed" + seed, new SplittableRandom(seed));
    for (var i = 0; i < OPERATIONS; i++) {
      operations.compareOne(i);
    }
    operations.compareLives();
  }

  /** Random operations, each on both stores. */
  private final class Operations {
    private final SplittableRandom random;

    /** Few fields at times, and more than a hash may have at others. */
    private final int fields;

    /** The hashes that it uses: no other test does. */
    private final List<String> hashes;

    private int number;

    Operations(String name, SplittableRandom random) {
      this.hashes = List.of(name + ":c2:{a}", name + ":c2:{b}");
      this.random = random;
      this.fields = random.nextInt(3) == 0 ? FIELDS : 3;
    }

    void compareOne(int operation) {
      number = operation;
      var key = key();
      var where = random.nextBoolean() ? key.gone() : key;
      var envelope = envelope();
      var life = life();
      var holder = "holder" + random.nextInt(3);
      var kept = model.stored(key).orElse(envelope);
      switch (random.nextInt(13)) {
        case 0, 1 -> compare(it -> it.write(key, envelope, life));
        case 2, 3 -> {
          var isAlways = random.nextBoolean();
          var condition = isAlways ? RevokeCondition.ALWAYS : RevokeCondition.IF_STORED;
          compare(it -> it.revoke(where, envelope, life, condition));
        }
        case 4 -> compare(it -> it.discard(key, envelope));
        case 5 -> compare(it -> it.discard(key, kept));
        case 6, 7 -> compare(it -> it.claim(key, holder, life));
        case 8 -> compare(it -> it.release(key, holder));
        case 9 -> replaceHash(key);
        case 10 -> overwrite(where, random.nextInt(4) == 0 ? AHEAD : envelope);
        case 11 -> replaceLease(key);
        default -> compare(it -> it.read(key));
      }
    }

    private <T> void compare(Function<EntryStore, CompletionStage<StoreResult<T>>> exchange) {
      var expected = result(exchange.apply(model)).answered();
      assertThat(result(exchange.apply(store)).answered())
          .as("operation %d", number)
          .isPresent()
          .isEqualTo(expected);
    }

    /** By what no agent stored, which is as good as nothing. */
    private void replaceHash(EntryKey key) {
      REDIS.configure("SET", key.hash(), "garbage");
      model.evict(key.hash());
    }

    private void replaceLease(EntryKey key) {
      REDIS.configure("UNLINK", key.lease());
      REDIS.configure("RPUSH", key.lease(), "garbage");
      model.dropLease(key);
    }

    /** What no agent stored, in a hash: a read deletes a key of another type first. */
    private void overwrite(EntryKey key, Envelope anything) {
      compare(it -> it.read(key));
      var bytes = new String(anything.bytes(), ISO_8859_1);
      REDIS.configure("HSET", key.hash(), key.field(), bytes);
      model.overwrite(key, anything);
    }

    void compareLives() {
      for (var hash : hashes) {
        var expected = model.life(hash).map(Duration::toMillis).orElse(-2L);
        assertThat(store.client().pttl(hash)).as(hash).isCloseTo(expected, within(5_000L));
      }
    }

    private EntryKey key() {
      var hash = hashes.get(random.nextInt(hashes.size()));
      var field = "field" + random.nextInt(fields);
      return new EntryKey(hash, field, hash.replace("c2", "l2") + field);
    }

    private Duration life() {
      return Duration.ofMinutes(1L << random.nextInt(8));
    }

    /** At times one that has ended, one that is none, or one that is too long. */
    private Envelope envelope() {
      var end = random.nextInt(4) == 0 ? 1 : EntryStoreContract.END;
      var date = 1 + random.nextInt(5);
      var kind = random.nextInt(3) == 0 ? 'R' : 'E';
      var text =
          switch (random.nextInt(40)) {
            case 0 -> "none";
            case 1 -> "2%ca%015d%010d000000sealed".formatted(kind, date, end);
            default -> "2%c%016d%010d000000sealed".formatted(kind, date, end);
          };
      var bytes = text.getBytes(ISO_8859_1);
      var isTooLong = random.nextInt(40) == 0;
      return new Envelope(isTooLong ? Arrays.copyOf(bytes, Envelope.LONGEST + 1) : bytes);
    }
  }
}
