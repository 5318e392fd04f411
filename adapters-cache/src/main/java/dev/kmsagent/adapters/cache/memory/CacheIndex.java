package dev.kmsagent.adapters.cache.memory;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes in a cache, and its queries by plain name, updated with each change. (A search of
 * 100,000 entries for a name would take milliseconds, for every refusal of KMS.)
 *
 * <p>Thread-safe, as long as the changes for one query come in order.
 */
final class CacheIndex {
  private final AtomicLong bytes = new AtomicLong();
  private final Map<SecretName, Set<SecretQuery>> queries = new ConcurrentHashMap<>();

  void added(SecretQuery query, CacheEntry entry) {
    bytes.addAndGet(entry.size());
    queries.merge(
        query.name().plain(),
        Set.of(query),
        (kept, more) -> set(Stream.concat(kept.stream(), more.stream())));
  }

  void replaced(CacheEntry kept, CacheEntry entry) {
    bytes.addAndGet((long) entry.size() - kept.size());
  }

  void removed(SecretQuery query, CacheEntry entry) {
    bytes.addAndGet(-entry.size());
    queries.computeIfPresent(query.name().plain(), (_, kept) -> without(kept, query));
  }

  long bytes() {
    return bytes.get();
  }

  Set<SecretQuery> cachedQueries(SecretName plainName) {
    return queries.getOrDefault(plainName, Set.of());
  }

  private static @Nullable Set<SecretQuery> without(Set<SecretQuery> kept, SecretQuery query) {
    var left = set(kept.stream().filter(Predicate.not(query::equals)));
    return left.isEmpty() ? null : left;
  }

  /** In the order of the stream, so that the same changes give the same order in any process. */
  private static Set<SecretQuery> set(Stream<SecretQuery> queries) {
    Set<SecretQuery> ordered = queries.collect(Collectors.toCollection(LinkedHashSet::new));
    return Collections.unmodifiableSet(ordered);
  }
}
