package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.domain.SecretName;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The latest revocation of each key, up to a bound, beyond which it forgets the one that was added
 * longest ago. Thread-safe.
 */
final class KnownRevocations {
  private final LinkedHashMap<Place, Revocation> byAge = new LinkedHashMap<>();
  private final Map<String, Map<String, Revocation>> byHash = new HashMap<>();
  private final int bound;

  private record Place(String hash, String field) {
    static Place of(EntryKey key) {
      return new Place(key.hash(), key.field());
    }
  }

  /** A refusal by KMS of what is under a key of the store. Thread-safe. */
  static final class Revocation {
    private final EntryCodec codec;
    private final EntryKey key;
    private final SecretName plainName;
    private final RevokeCondition condition;
    private final Instant at;
    private final Instant atLeast;
    private final AtomicBoolean isWaiting = new AtomicBoolean();
    private volatile boolean isWritten;
    private @Nullable Instant date;

    /**
     * One that the store does not have yet.
     *
     * @param at when KMS refused it, by the agent's clock
     * @param atLeast a date by the store's clock that it must not precede
     */
    Revocation(
        EntryCodec codec,
        EntryKey key,
        SecretName plainName,
        RevokeCondition condition,
        Instant at,
        Instant atLeast) {
      this.codec = codec;
      this.key = key;
      this.plainName = plainName;
      this.condition = condition;
      this.at = at;
      this.atLeast = atLeast;
    }

    /** One that the store has, under this date by its clock. */
    static Revocation stored(
        EntryCodec codec, EntryKey key, SecretName plainName, Instant at, Instant date) {
      var stored = new Revocation(codec, key, plainName, RevokeCondition.ALWAYS, at, date);
      stored.date = date;
      stored.isWritten = true;
      return stored;
    }

    /** The same, which the store has under this date, and whose name was not guessed. */
    Revocation known(Instant storedAt) {
      return stored(codec, key, plainName, at, storedAt);
    }

    EntryCodec codec() {
      return codec;
    }

    EntryKey key() {
      return key;
    }

    SecretName plainName() {
      return plainName;
    }

    RevokeCondition condition() {
      return condition;
    }

    Instant at() {
      return at;
    }

    /**
     * The date by the store's clock: constant once it is known, so that a write can be repeated.
     */
    synchronized Optional<Instant> date(StoreClock storeClock) {
      if (date == null) {
        date = storeClock.latestInStore(at).map(this::orAtLeast).orElse(null);
      }
      return Optional.ofNullable(date);
    }

    private Instant orAtLeast(Instant latest) {
      return latest.isBefore(atLeast) ? atLeast : latest;
    }

    /** Whether the store may not have it. */
    boolean isDue() {
      return !isWritten;
    }

    void setWritten(boolean value) {
      isWritten = value;
    }

    /** Whether it did not wait to be written yet. */
    boolean beginWaiting() {
      return !isWaiting.getAndSet(true);
    }

    void endWaiting() {
      isWaiting.set(false);
    }
  }

  KnownRevocations(int bound) {
    this.bound = bound;
  }

  /** Adds one in the place of an earlier one of its key; gives the one that is forgotten for it. */
  synchronized Optional<Revocation> add(Revocation revocation) {
    var place = Place.of(revocation.key());
    byAge.putLast(place, revocation);
    byHash.computeIfAbsent(place.hash(), _ -> new HashMap<>()).put(place.field(), revocation);
    if (byAge.size() <= bound) {
      return Optional.empty();
    }
    var oldest = byAge.firstEntry().getValue();
    remove(oldest);
    return Optional.of(oldest);
  }

  /** Removes it, if it is still the one of its key. */
  synchronized void remove(Revocation revocation) {
    var place = Place.of(revocation.key());
    if (byAge.remove(place, revocation)) {
      byHash.computeIfPresent(
          place.hash(),
          (_, fields) -> {
            fields.remove(place.field());
            return fields.isEmpty() ? null : fields;
          });
    }
  }

  /** Those that apply to what is under a key: its own, and that of the secret as a whole. */
  synchronized List<Revocation> of(EntryKey key) {
    var fields = byHash.getOrDefault(key.hash(), Map.of());
    return Stream.of(key.field(), EntryKey.GONE)
        .distinct()
        .flatMap(field -> Optional.ofNullable(fields.get(field)).stream())
        .toList();
  }

  /** Those of a hash. */
  synchronized List<Revocation> in(String hash) {
    return List.copyOf(byHash.getOrDefault(hash, Map.of()).values());
  }

  synchronized List<Revocation> all() {
    return List.copyOf(byAge.values());
  }
}
