package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a Redis server does with the scripts of the agents, by its own clock: each method is one
 * atomic step, and answers at once. It can lose everything, or everything since a moment. For one
 * thread.
 */
public final class StoreModel implements EntryStore {
  /** As in the scripts. */
  private static final int MOST_FIELDS = 64;

  /** As in the scripts. */
  private static final Duration SKEW = Duration.ofSeconds(1);

  private static final int HEADER = 34;

  /** Of a hash that lives until something is written to it. */
  private static final Instant NO_END = Instant.MAX;

  private final InstantSource clock;
  private final Map<String, Hash> hashes = new TreeMap<>();
  private final Map<String, Lease> leases = new TreeMap<>();

  /** The envelopes of a secret by field, and when all of them expire. Immutable. */
  private record Hash(Map<String, Envelope> fields, Instant end) {}

  private record Lease(String holder, Instant end) {}

  public StoreModel(InstantSource clock) {
    this.clock = clock;
  }

  private <T> CompletionStage<StoreResult<T>> answered(T answer) {
    return CompletableFuture.completedStage(new StoreResult.Answered<>(answer, clock.instant()));
  }

  private static <T> CompletionStage<StoreResult<T>> ahead() {
    var failure = new Failed(Cause.CLOCK, "It is dated too late.");
    return CompletableFuture.completedStage(new StoreResult.Failed<>(failure));
  }

  private boolean isAhead(Envelope envelope) {
    return at(envelope) > micros(clock.instant().plus(SKEW));
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return answered(entries(key));
  }

  private StoredEntries entries(EntryKey key) {
    return new StoredEntries(
        Optional.ofNullable(get(key, key.field())), Optional.ofNullable(get(key, EntryKey.GONE)));
  }

  /** As the script WRITE. */
  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return isAhead(entry) ? ahead() : answered(written(key, entry, life));
  }

  private Written written(EntryKey key, Envelope entry, Duration life) {
    var gone = get(key, EntryKey.GONE);
    if (gone != null && at(gone) >= at(entry)) {
      return Written.OUTDATED;
    }
    var kept = get(key, key.field());
    if (kept != null && (at(kept) > at(entry) || (at(kept) == at(entry) && isTombstone(kept)))) {
      return Written.OUTDATED;
    }
    put(key, entry, life, latest(key.hash(), life));
    return Written.KEPT;
  }

  /** As the script REVOKE. */
  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return isAhead(tombstone) ? ahead() : answered(revoked(key, tombstone, life, condition));
  }

  private Revoked revoked(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    var all = key.field().equals(EntryKey.GONE);
    var kept = get(key, key.field());
    var isTombstone = kept != null && isTombstone(kept);
    var entries = all ? fields(key.hash()).size() : kept == null ? 0 : 1;
    if (condition == RevokeCondition.IF_STORED && entries == (isTombstone ? 1 : 0)) {
      return isTombstone ? Revoked.STORED : Revoked.UNNEEDED;
    }
    if (!all && kept == null && isCrowded(key.hash())) {
      return Revoked.STORED;
    }
    var end = latest(key.hash(), life);
    if (all) {
      drop(key.hash(), other -> at(other) <= at(tombstone) && !isTombstone(other), life);
    }
    if (kept == null || at(kept) < at(tombstone) || (at(kept) == at(tombstone) && !isTombstone)) {
      put(key, tombstone, life, end);
    }
    return Revoked.STORED;
  }

  /** As the script DISCARD. */
  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    if (unreadable.equals(get(key, key.field()))) {
      remove(key.hash(), key.field());
    }
    return answered(Done.DONE);
  }

  /** As the script CLAIM. */
  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    var now = clock.instant();
    var lease = leases.get(key.lease());
    if (lease == null || !now.isBefore(lease.end())) {
      lease = new Lease(holder, now.plus(atLeastOneMilli(life)));
      leases.put(key.lease(), lease);
    }
    return answered(new Claim(lease.holder().equals(holder), entries(key)));
  }

  /** As the script RELEASE. */
  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    var lease = leases.get(key.lease());
    if (lease != null && lease.holder().equals(holder)) {
      leases.remove(key.lease());
    }
    return answered(Done.DONE);
  }

  @Override
  public void close() {}

  /** All hashes that have not expired. */
  public List<String> hashes() {
    expire();
    return List.copyOf(hashes.keySet());
  }

  boolean isEmpty() {
    return hashes().isEmpty();
  }

  /** The time until a hash expires, -1 ms if it has no end; empty if there is none. */
  public Optional<Duration> life(String hash) {
    return Optional.ofNullable(hash(hash)).map(Hash::end).map(this::timeUntil);
  }

  private Duration timeUntil(Instant end) {
    return end.equals(NO_END) ? Duration.ofMillis(-1) : Duration.between(clock.instant(), end);
  }

  /** Drops what has expired: Redis does so some time after the end. */
  public void expire() {
    List.copyOf(hashes.keySet()).forEach(this::hash);
  }

  /** Puts something in a place as no agent does. */
  public void overwrite(EntryKey key, Envelope anything) {
    change(key.hash(), end(key.hash()), fields -> fields.put(key.field(), anything));
  }

  /** What is in a place, whatever it is. */
  public Optional<Envelope> stored(EntryKey key) {
    return Optional.ofNullable(fields(key.hash()).get(key.field()));
  }

  /** Drops a hash for lack of memory. */
  public void evict(String hash) {
    hashes.remove(hash);
  }

  /** Has nothing that is a lease there. */
  public void dropLease(EntryKey key) {
    leases.remove(key.lease());
  }

  /** Loses everything. */
  public void clear() {
    hashes.clear();
    leases.clear();
  }

  /** Another with all that this one has now. */
  public StoreModel snapshot() {
    var copy = new StoreModel(clock);
    copy.restore(this);
    return copy;
  }

  /** Has what another has, as a replica that lags behind. */
  public void restore(StoreModel other) {
    clear();
    hashes.putAll(other.hashes);
    leases.putAll(other.leases);
  }

  private void put(EntryKey key, Envelope envelope, Duration life, Instant end) {
    var now = micros(clock.instant());
    drop(key.hash(), kept -> end(kept) < now && !isTombstone(kept), life);
    change(key.hash(), end, fields -> fields.put(key.field(), envelope));
  }

  /** The end of a hash that is to live so long, unless it lives longer anyway. */
  private Instant latest(String hash, Duration life) {
    var end = clock.instant().plus(atLeastOneMilli(life));
    var before = end(hash);
    return before.equals(NO_END) || end.isAfter(before) ? end : before;
  }

  private static Duration atLeastOneMilli(Duration life) {
    return Duration.ofMillis(Math.max(1, life.toMillis()));
  }

  /** Drops what is unusable, and of too many fields all but the tombstone of the secret, too. */
  private void drop(String hash, Predicate<Envelope> test, Duration life) {
    if (isCrowded(hash)) {
      change(hash, latest(hash, life), fields -> fields.keySet().retainAll(List.of(EntryKey.GONE)));
    }
    change(
        hash,
        end(hash),
        fields -> fields.values().removeIf(kept -> isUnusable(kept) || test.test(kept)));
  }

  private void remove(String hash, String field) {
    change(hash, end(hash), fields -> fields.remove(field));
  }

  private void change(String hash, Instant end, Consumer<Map<String, Envelope>> change) {
    var fields = new TreeMap<>(fields(hash));
    change.accept(fields);
    hashes.remove(hash);
    if (!fields.isEmpty()) {
      hashes.put(hash, new Hash(fields, end));
    }
  }

  private boolean isCrowded(String hash) {
    return fields(hash).size() > MOST_FIELDS;
  }

  private @Nullable Envelope get(EntryKey key, String field) {
    var envelope = fields(key.hash()).get(field);
    if (envelope != null && isUnusable(envelope)) {
      remove(key.hash(), field);
      return null;
    }
    return envelope;
  }

  private boolean isUnusable(Envelope envelope) {
    return envelope.bytes().length > Envelope.LONGEST || isAhead(envelope);
  }

  private Map<String, Envelope> fields(String hash) {
    var kept = hash(hash);
    return kept == null ? Map.of() : kept.fields();
  }

  private Instant end(String hash) {
    var kept = hash(hash);
    return kept == null ? NO_END : kept.end();
  }

  /** What has expired goes now at the latest. */
  private @Nullable Hash hash(String hash) {
    var kept = hashes.get(hash);
    if (kept != null && !clock.instant().isBefore(kept.end())) {
      hashes.remove(hash);
      return null;
    }
    return kept;
  }

  private static boolean isTombstone(Envelope envelope) {
    return envelope.bytes().length > 1 && envelope.bytes()[1] == 'R';
  }

  private static long at(Envelope envelope) {
    return digits(envelope, 2);
  }

  private static long end(Envelope envelope) {
    return digits(envelope, 18);
  }

  /** Sixteen digits of the header; 0 where there are none, as in the scripts. */
  private static long digits(Envelope envelope, int from) {
    var bytes = envelope.bytes();
    if (bytes.length < HEADER) {
      return 0;
    }
    var text = new String(bytes, from, 16, ISO_8859_1);
    return text.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(text) : 0;
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
