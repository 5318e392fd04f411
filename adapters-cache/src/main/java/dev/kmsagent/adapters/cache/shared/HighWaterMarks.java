package dev.kmsagent.adapters.cache.shared;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The latest reading and revocation of each secret that this agent has seen: nothing older is taken
 * from the store, whoever wrote it. It remembers more secrets than the cache keeps, up to a bound.
 * Thread-safe.
 */
final class HighWaterMarks {
  /** About two megabytes at most, and only where so many secrets are in use. */
  private static final int BOUND = 10_000;

  private final Cache<SecretQuery, Reading> read = memory();
  private final Cache<SecretQuery, Instant> revoked = memory();
  private final Cache<SecretName, Instant> gone = memory();

  /** When the secret was read, by the reader's clock, and when this agent first knew of it. */
  private record Reading(Instant at, Instant known) {
    Reading orLater(Reading other) {
      return other.at.isAfter(at) ? other : this;
    }
  }

  private static <K, V> Cache<K, V> memory() {
    return Caffeine.newBuilder().maximumSize(BOUND).executor(Runnable::run).build();
  }

  /** Notes a reading; gives the time since when the latest one is known here. */
  Instant read(SecretQuery query, Instant at, Instant now) {
    return read.asMap().merge(query, new Reading(at, now), Reading::orLater).known();
  }

  void revoked(SecretQuery query, Instant at) {
    raise(revoked, query, at);
  }

  void gone(SecretName plainName, Instant at) {
    raise(gone, plainName, at);
  }

  /** Whether a reading later than {@code at} is known. */
  boolean isOutdated(SecretQuery query, Instant at) {
    var last = read.getIfPresent(query);
    return last != null && at.isBefore(last.at());
  }

  /** When KMS last refused it, as far as is known. */
  Optional<Instant> revokedAt(SecretQuery query) {
    return Stream.concat(
            Stream.ofNullable(revoked.getIfPresent(query)),
            Stream.ofNullable(gone.getIfPresent(query.name().plain())))
        .max(Instant::compareTo);
  }

  private static <K> void raise(Cache<K, Instant> memory, K about, Instant at) {
    memory.asMap().merge(about, at, HighWaterMarks::later);
  }

  private static @Nullable Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
