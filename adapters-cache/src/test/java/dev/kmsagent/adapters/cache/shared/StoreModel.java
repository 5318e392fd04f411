package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.Claim;
import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a Redis server does with the scripts of the agents, by its own clock: each method is one
 * atomic step. It can lose everything, or everything since a moment. For one thread.
 */
public final class StoreModel {
  /** As in the scripts. */
  private static final int MOST_FIELDS = 64;

  /** As in the scripts. */
  private static final Duration SKEW = Duration.ofSeconds(1);

  private static final int HEADER = 34;

  /** Of a hash that lives until something is written to it. */
  private static final Instant NO_END = Instant.MAX;

  private final InstantSource clock;
  private Map<String, Hash> hashes = new TreeMap<>();
  private Map<String, Lease> leases = new TreeMap<>();

  /** The envelopes of a secret by field, and when all of them expire. Immutable. */
  private record Hash(Map<String, Envelope> fields, Instant end) {}

  private record Lease(String holder, Instant end) {}

  /** All that a server has at one time. */
  public static final class Snapshot {
    private final Map<String, Hash> hashes;
    private final Map<String, Lease> leases;

    private Snapshot(StoreModel model) {
      this.hashes = new TreeMap<>(model.hashes);
      this.leases = new TreeMap<>(model.leases);
    }
  }

  public StoreModel(InstantSource clock) {
    this.clock = clock;
  }

  /** The envelope under a key, and the tombstone of the secret as a whole. */
  public StoredEntries read(EntryKey key) {
    return new StoredEntries(
        Optional.ofNullable(get(key, key.field())), Optional.ofNullable(get(key, EntryKey.GONE)));
  }

  /** An envelope is dated later than the clock: a store answers that with a failure. */
  public static final class AheadException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** As the script WRITE. */
  public Written write(EntryKey key, Envelope entry, Duration life) {
    requireNotAhead(entry);
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
  public Revoked revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    requireNotAhead(tombstone);
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

  private void requireNotAhead(Envelope envelope) {
    if (isAhead(envelope)) {
      throw new AheadException();
    }
  }

  private boolean isAhead(Envelope envelope) {
    return at(envelope) > micros(clock.instant().plus(SKEW));
  }

  /** Its time. */
  public Instant now() {
    return clock.instant();
  }

  /** As the script DISCARD. */
  public Done discard(EntryKey key, Envelope unreadable) {
    if (unreadable.equals(get(key, key.field()))) {
      remove(key.hash(), key.field());
    }
    return Done.DONE;
  }

  /** As the script CLAIM. */
  public Claim claim(EntryKey key, String holder, Duration life) {
    var now = clock.instant();
    var lease = leases.get(key.lease());
    if (lease == null || !now.isBefore(lease.end())) {
      lease = new Lease(holder, now.plus(atLeastOneMilli(life)));
      leases.put(key.lease(), lease);
    }
    return new Claim(lease.holder().equals(holder), read(key));
  }

  /** As the script RELEASE. */
  public Done release(EntryKey key, String holder) {
    var lease = leases.get(key.lease());
    if (lease != null && lease.holder().equals(holder)) {
      leases.remove(key.lease());
    }
    return Done.DONE;
  }

  /** All hashes that have not expired. */
  public Iterable<String> hashes() {
    expire();
    return hashes.keySet().stream().toList();
  }

  /** The time until a hash expires, -1 ms if it has no end; empty if there is none. */
  public Optional<Duration> life(String hash) {
    expire();
    return Optional.ofNullable(hashes.get(hash)).map(Hash::end).map(this::timeUntil);
  }

  private Duration timeUntil(Instant end) {
    return end.equals(NO_END) ? Duration.ofMillis(-1) : Duration.between(clock.instant(), end);
  }

  /** Drops what has expired: Redis does so some time after the end. */
  public void expire() {
    hashes.keySet().stream().toList().forEach(this::fields);
  }

  /** Puts something in a place as no agent does. */
  public void overwrite(EntryKey key, Envelope anything) {
    var fields = new TreeMap<>(fields(key.hash()));
    fields.put(key.field(), anything);
    hashes.put(key.hash(), new Hash(fields, end(key.hash())));
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

  /** All that it has now. */
  public Snapshot snapshot() {
    return new Snapshot(this);
  }

  /** Has what it had once, as a replica that lags behind. */
  public void restore(Snapshot snapshot) {
    hashes = new TreeMap<>(snapshot.hashes);
    leases = new TreeMap<>(snapshot.leases);
  }

  private void put(EntryKey key, Envelope envelope, Duration life, Instant end) {
    var now = micros(clock.instant());
    drop(key.hash(), kept -> end(kept) < now && !isTombstone(kept), life);
    var fields = new TreeMap<>(fields(key.hash()));
    fields.put(key.field(), envelope);
    hashes.put(key.hash(), new Hash(fields, end));
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

  private void drop(String hash, Predicate<Envelope> test, Duration life) {
    bound(hash, life);
    keep(hash, kept -> !isUnusable(kept) && !test.test(kept));
  }

  private void keep(String hash, Predicate<Envelope> test) {
    var left = new TreeMap<>(fields(hash));
    left.values().removeIf(test.negate());
    replace(hash, left);
  }

  private void remove(String hash, String field) {
    var left = new TreeMap<>(fields(hash));
    left.remove(field);
    replace(hash, left);
  }

  private void replace(String hash, Map<String, Envelope> fields) {
    var end = end(hash);
    hashes.remove(hash);
    if (!fields.isEmpty()) {
      hashes.put(hash, new Hash(fields, end));
    }
  }

  private Instant end(String hash) {
    var kept = hashes.get(hash);
    return kept == null ? NO_END : kept.end();
  }

  private boolean isCrowded(String hash) {
    return fields(hash).size() > MOST_FIELDS;
  }

  private void bound(String hash, Duration life) {
    if (isCrowded(hash)) {
      var gone = fields(hash).get(EntryKey.GONE);
      var end = latest(hash, life);
      hashes.remove(hash);
      if (gone != null && !isUnusable(gone)) {
        hashes.put(hash, new Hash(Map.of(EntryKey.GONE, gone), end));
      }
    }
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

  /** The envelopes in a hash; what has expired goes now at the latest. */
  private Map<String, Envelope> fields(String hash) {
    var kept = hashes.get(hash);
    if (kept == null) {
      return Map.of();
    }
    if (!clock.instant().isBefore(kept.end())) {
      hashes.remove(hash);
      return Map.of();
    }
    return kept.fields();
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
