package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ValueTypes.bytes;
import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.list;
import static dev.kmsagent.config.schema.ValueTypes.millis;
import static dev.kmsagent.config.schema.ValueTypes.ratio;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import java.time.Duration;
import java.util.List;

/**
 * The table {@code [Cache]}: how many secrets are kept, and how long.
 *
 * @param store where they are kept ({@code CacheType})
 * @param maxEntries secrets kept ({@code CacheSize})
 * @param maxBytes bound on the memory of the secrets kept
 * @param prefetch names of the secrets to load before the agent is ready
 * @param prefetchRequired whether one that KMS refuses keeps the agent from being ready
 */
public record CacheConfig(
    CacheStore store,
    int maxEntries,
    long maxBytes,
    Freshness freshness,
    List<String> prefetch,
    boolean prefetchRequired) {

  public CacheConfig {
    prefetch = List.copyOf(prefetch);
  }

  /**
   * How long a value is fresh, and how long it may be served.
   *
   * @param ttl zero keeps nothing fresh
   * @param refreshAheadRatio part of the TTL after which a hit refreshes in the background, in (0,
   *     1]; 1 never does
   * @param ttlJitterRatio part of the TTL by which it varies, in [0, 0.5]
   * @param maxStale how long after the TTL a value may still be served
   * @param staleAfter how long a caller waits for KMS when there is a stale value to give
   */
  public record Freshness(
      Duration ttl,
      double refreshAheadRatio,
      double ttlJitterRatio,
      Duration maxStale,
      Duration staleAfter) {}

  /** The keys of {@code [Cache]} and of the tables in it. */
  static final class Keys extends Table<CacheConfig> {
    private static final long MEBIBYTE = 1 << 20;

    /** The default number of secrets of the size that KMS allows, each body twice as long. */
    private static final long DEFAULT_BYTES = 64 * MEBIBYTE;

    /** The longest secret name a request may ask for. */
    private static final int LONGEST_NAME = 512;

    private enum CacheType {
      IN_MEMORY,
      REDIS,
      FILE
    }

    private final ConfigKey<CacheType> type =
        key("CacheType", choice(CacheType.values()), CacheType.IN_MEMORY);
    private final ConfigKey<Integer> size = key("CacheSize", whole(1, 100_000), 1000);
    private final ConfigKey<Duration> ttl =
        key("TtlSeconds", seconds(0, 86_400), Duration.ofMinutes(5));
    private final ConfigKey<Long> maxBytes =
        key("MaxBytes", bytes(MEBIBYTE, 1024 * MEBIBYTE), DEFAULT_BYTES);
    private final ConfigKey<Double> refreshAheadRatio =
        key("RefreshAheadRatio", ratio(0.1, 1.0), 0.8);
    private final ConfigKey<Double> ttlJitterRatio = key("TtlJitterRatio", ratio(0.0, 0.5), 0.1);
    private final ConfigKey<Duration> maxStale =
        key("MaxStaleSeconds", seconds(0, 31_536_000), Duration.ofDays(1));
    private final ConfigKey<Duration> staleAfter =
        key("StaleAfterMillis", millis(0, 60_000), Duration.ofMillis(500));
    private final ConfigKey<List<String>> prefetch =
        key(
            "Prefetch",
            list("a list of secret names: letters, digits and _/+=.@-", 0, Keys::isSecretName),
            List.of());
    private final ConfigKey<Boolean> prefetchRequired = key("PrefetchRequired", flag(), true);
    private final RedisConfig.Keys redis =
        include(new RedisConfig.Keys(Condition.is(type, CacheType.REDIS)));
    private final FileCacheConfig.Keys file =
        include(new FileCacheConfig.Keys(Condition.is(type, CacheType.FILE)));

    /** The keys, given those of the credentials that secrets are read with. */
    Keys(CredentialKeys credentials) {
      super("Cache");
      var inRedis = Condition.is(type, CacheType.REDIS);
      demand(
          credentials.principalIsNamed(inRedis),
          credentials.withoutPodIdentity(inRedis),
          credentials.principalIsNamed(Condition.is(type, CacheType.FILE)),
          credentials.withoutPodIdentity(prefetching()),
          credentials.podIdentity().fitIn(size));
    }

    /** That secrets are prefetched. */
    private Condition prefetching() {
      return new Condition(
          prefetch.path(),
          List.of(prefetch),
          values ->
              prefetch
                  .valueIn(values)
                  .filter(names -> !names.content().isEmpty())
                  .map(names -> new Value<>(prefetch.path(), names.origin())));
    }

    /** Whether KMS may have a secret of this name or ARN. */
    static boolean isSecretName(String text) {
      return text.length() <= LONGEST_NAME
          && text.matches("(acs:kms:[!-~&&[^:]]*:[!-~&&[^:]]*:secret/)?[A-Za-z0-9_/+=.@-]+");
    }

    @Override
    public CacheConfig build(Values values) {
      return new CacheConfig(
          store(values),
          size.in(values),
          maxBytes.in(values),
          freshness(values),
          prefetch.in(values),
          prefetchRequired.in(values));
    }

    private CacheStore store(Values values) {
      return switch (type.in(values)) {
        case IN_MEMORY -> new CacheStore.InMemory();
        case REDIS -> new CacheStore.Redis(redis.build(values));
        case FILE -> new CacheStore.InFolder(file.build(values));
      };
    }

    private Freshness freshness(Values values) {
      return new Freshness(
          ttl.in(values),
          refreshAheadRatio.in(values),
          ttlJitterRatio.in(values),
          maxStale.in(values),
          staleAfter.in(values));
    }
  }
}
