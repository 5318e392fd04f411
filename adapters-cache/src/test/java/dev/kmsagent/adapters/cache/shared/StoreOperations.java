package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

/** Random operations, each on a model and on a store, which have to answer the same. */
public final class StoreOperations {
  private static final int FIELDS = 80;

  /** Dated later than the clock of any store. */
  private static final Envelope AHEAD = new Envelope(("2E" + "9".repeat(32)).getBytes(ISO_8859_1));

  private final StoreModel model;
  private final EntryStore store;
  private final Intruder intruder;
  private final boolean isRedis;
  private final SplittableRandom random;

  /** Few fields at times, and more than a hash may have at others. */
  private final int fields;

  /** Of the names that it uses: no other test does. */
  private final String prefix;

  private int number;

  /** What is done to both behind the backs of the agents. */
  public interface Intruder {
    /** Replaces a hash by what no agent stored, which is as good as nothing. */
    void replaceHash(EntryKey key);

    /** The same with a lease. */
    void replaceLease(EntryKey key);

    /** Puts something in a place as no agent does. */
    void overwrite(EntryKey key, Envelope anything);
  }

  /**
   * @param isRedis whether there are leases, and some envelopes are none, too long, or dated later
   *     than now: a folder grants every lease, and drops such envelopes sooner
   */
  public StoreOperations(
      StoreModel model, EntryStore store, Intruder intruder, long seed, boolean isRedis) {
    this.model = model;
    this.store = store;
    this.intruder = intruder;
    this.isRedis = isRedis;
    this.random = new SplittableRandom(seed);
    this.prefix = "seed" + seed;
    this.fields = random.nextInt(3) == 0 ? FIELDS : 3;
  }

  public List<String> hashes() {
    return Stream.of("a", "b").map(it -> new EntryKey(prefix, it, "").hash()).toList();
  }

  /** Does one more. */
  public void compareOne(int operation) {
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
      case 6, 7 -> {
        if (isRedis) {
          compare(it -> it.claim(key, holder, life));
        }
      }
      case 8 -> compare(it -> it.release(key, holder));
      case 9 -> intruder.replaceHash(key);
      case 10 -> overwrite(where, isRedis && random.nextInt(4) == 0 ? AHEAD : envelope);
      case 11 -> intruder.replaceLease(key);
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

  /** A read deletes a key of another type first. */
  private void overwrite(EntryKey key, Envelope anything) {
    compare(it -> it.read(key));
    intruder.overwrite(key, anything);
  }

  private EntryKey key() {
    return new EntryKey(
        prefix, random.nextInt(2) == 0 ? "a" : "b", "field" + random.nextInt(fields));
  }

  /** In Redis, whose clock goes on, nothing ends before the test does. */
  private Duration life() {
    var number = 1L << random.nextInt(8);
    return isRedis ? Duration.ofHours(number) : Duration.ofMinutes(number);
  }

  /** At times one that has ended, one that is none, or one that is too long. */
  private Envelope envelope() {
    var end = random.nextInt(4) == 0 ? 1 : EntryStoreContract.END;
    var date = 1 + random.nextInt(5);
    var kind = random.nextInt(3) == 0 ? 'R' : 'E';
    var text =
        switch (isRedis ? random.nextInt(40) : FIELDS) {
          case 0 -> "none";
          case 1 -> "2%ca%015d%010d000000sealed".formatted(kind, date, end);
          default -> "2%c%016d%010d000000sealed".formatted(kind, date, end);
        };
    var bytes = text.getBytes(ISO_8859_1);
    var isTooLong = isRedis && random.nextInt(40) == 0;
    return new Envelope(isTooLong ? Arrays.copyOf(bytes, Envelope.LONGEST + 1) : bytes);
  }
}
