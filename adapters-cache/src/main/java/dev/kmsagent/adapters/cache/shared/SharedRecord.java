package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Sha256;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.out.DurableRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * A record in the store of a shared cache: an entry, in a partition of records. So it is sealed,
 * dated and erased as secrets are. Thread-safe.
 */
public record SharedRecord(
    SharedSecretCache cache, FreshnessPolicy freshness, Means means, List<String> name)
    implements DurableRecord {
  /** The principal whose partition they are in: no role or key has such a name. */
  public static final Principal OWNER = new Principal("records");

  /** Of which a look-up takes at most half. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Representation NOTHING = new Representation(new byte[0]);

  public SharedRecord {
    name = List.copyOf(name);
  }

  /**
   * The record without a name.
   *
   * @param partitions of {@link #OWNER}
   * @param life for how long a record counts
   */
  public static SharedRecord of(
      SharedSecretCache.Local local,
      CircuitBreakingEntryStore store,
      Partitions partitions,
      Duration life,
      Means means) {
    var freshness = new FreshnessPolicy(life, 0, 1, Duration.ZERO);
    var own = new Means(means.timing(), means.executor(), means.random(), _ -> {});
    var cache = new SharedSecretCache(local, store, partitions, freshness, _ -> NOTHING, own);
    return new SharedRecord(cache, freshness, own, List.of());
  }

  @Override
  public DurableRecord under(String... more) {
    var all = Stream.concat(name.stream(), Stream.of(more)).toList();
    return new SharedRecord(cache, freshness, means, all);
  }

  @Override
  public CompletionStage<Optional<Fact>> find() {
    return cache
        .findShared(query(), means.now().plus(PATIENCE))
        .thenApply(found -> found.flatMap(this::fact));
  }

  private Optional<Fact> fact(CacheEntry entry) {
    return entry.secret() instanceof Secret record && means.now().isBefore(entry.freshUntil())
        ? Optional.of(new Fact(record.value().reveal(), entry.readAt(), entry.freshUntil()))
        : Optional.empty();
  }

  @Override
  public void keep(String text) {
    var query = query();
    var record =
        new Secret(
            query.name(),
            new VersionId("record"),
            List.of(),
            DataType.TEXT,
            new ConfidentialText(text),
            Map.of());
    cache.store(query, freshness.entry(record, NOTHING, means.now(), 0));
  }

  /** One that was not read since the start is read first: only then is its erasure repeated. */
  @Override
  public CompletionStage<?> erase() {
    return find().thenCompose(_ -> cache.evict(query()));
  }

  private SecretQuery query() {
    var hash = Sha256.hex(String.join("\n", name).getBytes(UTF_8));
    return SecretQuery.current(new SecretName(hash));
  }
}
