package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.adapters.cache.shared.StoreModel;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model of simulations answers as a real Redis with the scripts does. */
class StoreModelTest {
  private static final int OPERATIONS = 400;
  private static final int FIELDS = 80;

  /** Dated later than the clock of any store. */
  private static final Envelope AHEAD = new Envelope(("2E" + "9".repeat(32)).getBytes(ISO_8859_1));

  private static final RedisProcess REDIS = RedisProcess.start();

  private final InstantSource clock = InstantSource.system();
  private final RedisEntryStore store =
      new RedisEntryStore(RedisConfigs.standalone(REDIS.port()), Clocks.of(clock), Runnable::run);
  private final StoreModel model = new StoreModel(clock);

  @AfterEach
  void close() {
    store.close();
  }

  @AfterAll
  static void end() {
    REDIS.close();
  }

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

    Operations(String name, SplittableRandom random) {
      this.hashes = List.of(name + ":c2:{a}", name + ":c2:{b}");
      this.random = random;
      this.fields = random.nextInt(3) == 0 ? FIELDS : 3;
    }

    void compareOne(int number) {
      var key = key();
      var as = "operation " + number;
      switch (random.nextInt(12)) {
        case 0, 1 -> compareWrite(key, as);
        case 2, 3 -> compareRevoke(key, as);
        case 4 -> compareDiscard(key, as);
        case 5, 6 -> compareClaim(key, as);
        case 7 -> compareRelease(key, as);
        case 8 -> replaceHash(key);
        case 9 -> overwrite(key);
        case 10 -> replaceLease(key);
        default -> compare(result(store.read(key)).answered().orElseThrow(), model.read(key), as);
      }
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
    private void overwrite(EntryKey key) {
      compare(result(store.read(key)).answered().orElseThrow(), model.read(key), "read");
      var where = random.nextBoolean() ? key.gone() : key;
      var anything = random.nextInt(4) == 0 ? AHEAD : envelope();
      REDIS.configure(
          "HSET", where.hash(), where.field(), new String(anything.bytes(), ISO_8859_1));
      model.overwrite(where, anything);
    }

    private void compareWrite(EntryKey key, String as) {
      var envelope = envelope();
      var life = life();
      assertThat(result(store.write(key, envelope, life)).answered())
          .as(as)
          .contains(model.write(key, envelope, life));
    }

    private void compareRevoke(EntryKey key, String as) {
      var where = random.nextBoolean() ? key.gone() : key;
      var envelope = envelope();
      var life = life();
      var condition = random.nextBoolean() ? RevokeCondition.ALWAYS : RevokeCondition.IF_STORED;
      assertThat(result(store.revoke(where, envelope, life, condition)).answered())
          .as(as)
          .contains(model.revoke(where, envelope, life, condition));
    }

    private void compareDiscard(EntryKey key, String as) {
      var envelope = random.nextBoolean() ? envelope() : model.read(key).entry().orElse(envelope());
      assertThat(result(store.discard(key, envelope)).answered())
          .as(as)
          .contains(model.discard(key, envelope));
    }

    private void compareClaim(EntryKey key, String as) {
      var holder = holder();
      var life = life();
      var real = result(store.claim(key, holder, life)).answered().orElseThrow();
      Claim expected = model.claim(key, holder, life);
      assertThat(real.granted()).as(as).isEqualTo(expected.granted());
      compare(real.stored(), expected.stored(), as);
    }

    private void compareRelease(EntryKey key, String as) {
      var holder = holder();
      assertThat(result(store.release(key, holder)).answered())
          .as(as)
          .contains(model.release(key, holder));
    }

    private void compare(StoredEntries real, StoredEntries expected, String as) {
      assertThat(real.entry()).as(as).isEqualTo(expected.entry());
      assertThat(real.gone()).as(as).isEqualTo(expected.gone());
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

    private String holder() {
      return "holder" + random.nextInt(3);
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
