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
import dev.kmsagent.domain.port.out.DurableRecords;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Records in the store of a shared cache: each is an entry, in a partition of their own. So they
 * are sealed, dated and erased as secrets are. Thread-safe.
 */
public final class SharedRecords implements DurableRecords {
  /** The principal whose partition they are in: no role or key has such a name. */
  public static final Principal OWNER = new Principal("records");

  /** Of which a look-up takes at most half. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Representation NONE = new Representation(new byte[0]);

  private final SharedSecretCache cache;
  private final FreshnessPolicy freshness;
  private final Means means;

  /**
   * @param partitions of {@link #OWNER}
   * @param life for how long a record counts
   */
  public SharedRecords(
      SharedSecretCache.Local local,
      CircuitBreakingEntryStore store,
      Partitions partitions,
      Duration life,
      Means means) {
    this.freshness = new FreshnessPolicy(life, 0, 1, Duration.ZERO);
    this.means = new Means(means.timing(), means.executor(), means.random(), _ -> {});
    this.cache = new SharedSecretCache(local, store, partitions, freshness, _ -> NONE, this.means);
  }

  @Override
  public CompletionStage<Optional<Fact>> find(List<String> name) {
    return cache
        .findShared(query(name), means.now().plus(PATIENCE))
        .thenApply(found -> found.flatMap(this::fact));
  }

  private Optional<Fact> fact(CacheEntry entry) {
    return entry.secret() instanceof Secret record && means.now().isBefore(entry.freshUntil())
        ? Optional.of(new Fact(record.value().reveal(), entry.readAt(), entry.freshUntil()))
        : Optional.empty();
  }

  @Override
  public void keep(List<String> name, String text) {
    var query = query(name);
    var record =
        new Secret(
            query.name(),
            new VersionId("record"),
            List.of(),
            DataType.TEXT,
            new ConfidentialText(text),
            Map.of());
    cache.store(query, freshness.entry(record, NONE, means.now(), 0));
  }

  /** One that was not read since the start is read first: only then is its erasure repeated. */
  @Override
  public CompletionStage<?> erase(List<String> name) {
    return find(name).thenCompose(_ -> cache.evict(query(name)));
  }

  private static SecretQuery query(List<String> name) {
    var hash = Sha256.hex(String.join("\n", name).getBytes(UTF_8));
    return SecretQuery.current(new SecretName(hash));
  }
}
