package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.official;
import static dev.kmsagent.config.loading.ConfigKey.ours;

import dev.kmsagent.config.CacheConfig;
import dev.kmsagent.config.CacheConfig.CacheEngine;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** {@code [Cache]}: how many secrets are kept, and how long. */
final class CacheTable implements Table<CacheConfig> {
  private static final long MEBIBYTE = 1 << 20;

  static final ConfigKey<CacheType> TYPE =
      official(
          "Cache.CacheType",
          Shapes.word(Words.of("InMemory", CacheType.IN_MEMORY).and("Redis", CacheType.REDIS)),
          CacheType.IN_MEMORY,
          "what keeps secrets: the memory of the process, or Redis, where agents share them");
  static final ConfigKey<Integer> SIZE =
      official("Cache.CacheSize", Shapes.whole(1, 100_000), 1000, "secrets kept");
  static final ConfigKey<Duration> TTL =
      official(
          "Cache.TtlSeconds",
          Shapes.seconds(0, 86_400),
          Duration.ofMinutes(5),
          "how long a value is fresh; 0 asks KMS every time and keeps the last value for an"
              + " outage only");
  static final ConfigKey<Long> MAX_BYTES =
      ours(
          "Cache.MaxBytes",
          Shapes.bytes(MEBIBYTE, 1024 * MEBIBYTE),
          16 * MEBIBYTE,
          "bound on the values kept and their rendered bodies");
  static final ConfigKey<Double> REFRESH_AHEAD_RATIO =
      ours(
          "Cache.RefreshAheadRatio",
          Shapes.ratio(0.1, 1.0),
          0.8,
          "part of the TTL after which a hit refreshes in the background; 1 never does");
  static final ConfigKey<Double> TTL_JITTER_RATIO =
      ours(
          "Cache.TtlJitterRatio",
          Shapes.ratio(0.0, 0.5),
          0.1,
          "part of the TTL by which it varies, so that a fleet does not march in step");
  static final ConfigKey<Duration> MAX_STALE =
      ours(
          "Cache.MaxStaleSeconds",
          Shapes.seconds(0, 31_536_000),
          Duration.ofDays(1),
          "how long after its TTL a value may still be served");
  static final ConfigKey<Duration> STALE_AFTER =
      ours(
          "Cache.StaleAfterMillis",
          Shapes.millis(0, 60_000),
          Duration.ofMillis(500),
          "how long a caller waits for KMS when there is a stale value to give");
  static final ConfigKey<Duration> NEGATIVE_TTL =
      ours(
          "Cache.NegativeTtlSeconds",
          Shapes.seconds(0, 300),
          Duration.ofSeconds(5),
          "how long a refusal by KMS is remembered");
  static final ConfigKey<List<String>> PREFETCH =
      ours(
          "Cache.Prefetch",
          Shapes.list("a list of secret names", Names::isSecret),
          List.of(),
          "secrets loaded before the agent reports ready");

  private final RedisTable redis = new RedisTable();

  @Override
  public List<ConfigKey<?>> keys() {
    return Stream.<ConfigKey<?>>concat(
            Stream.of(
                TYPE,
                SIZE,
                TTL,
                MAX_BYTES,
                REFRESH_AHEAD_RATIO,
                TTL_JITTER_RATIO,
                MAX_STALE,
                STALE_AFTER,
                NEGATIVE_TTL,
                PREFETCH),
            redis.keys().stream())
        .toList();
  }

  @Override
  public List<Rule> rules() {
    return redis.rules();
  }

  @Override
  public CacheConfig assemble(Values values) {
    return new CacheConfig(
        engine(values),
        values.get(SIZE),
        values.get(MAX_BYTES),
        new CacheConfig.Freshness(
            values.get(TTL),
            values.get(REFRESH_AHEAD_RATIO),
            values.get(TTL_JITTER_RATIO),
            values.get(MAX_STALE),
            values.get(STALE_AFTER),
            values.get(NEGATIVE_TTL)),
        values.get(PREFETCH));
  }

  private CacheEngine engine(Values values) {
    return switch (values.get(TYPE)) {
      case IN_MEMORY -> new CacheEngine.InMemory();
      case REDIS -> new CacheEngine.Redis(redis.assemble(values));
    };
  }
}
