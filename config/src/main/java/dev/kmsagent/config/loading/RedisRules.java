package dev.kmsagent.config.loading;

import dev.kmsagent.config.RedisConfig.Address;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a cache in Redis and its keys demand of each other; without one they go unexamined. */
final class RedisRules {
  private static final ConfigKey<CacheType> TYPE = CacheTable.TYPE;
  private static final String REDIS = "Cache.CacheType = \"Redis\"";

  private RedisRules() {}

  static List<Rule> of(List<ConfigKey<?>> keys) {
    return Stream.of(
            RedisTable.NEEDED.stream().map(RedisRules::redisHas),
            Stream.of(principalIsNamed()),
            keys.stream().map(ofRedis()::rule),
            Stream.of(sentinelHasMaster(), ofSentinel().rule(RedisTable.SENTINEL_MASTER)),
            Stream.of(standaloneIsOne(), clusterHasOneDatabase(), userHasPassword()),
            Stream.of(
                ofTls().rule(RedisTable.CA_FILE), CaFile.holdsCertificates(RedisTable.CA_FILE)))
        .flatMap(rules -> rules)
        .toList();
  }

  private static Rule redisHas(ConfigKey<?> key) {
    return inRedis(
        "`" + REDIS + "` comes with " + Rule.listed(RedisTable.NEEDED),
        values -> Need.of(TYPE, values).unmetBy(key, values),
        key);
  }

  private static Rule principalIsNamed() {
    return inRedis(
        "`"
            + REDIS
            + "` comes with a `KMS.CredentialType` other than `\"Default\"`, unless that amounts to"
            + " RRSA: agents share entries by identity",
        values -> defaultChain(values) ? Optional.of(nameless(values)) : Optional.empty(),
        Stream.concat(Stream.of(CredentialTable.TYPE), RrsaTable.NEEDED.stream())
            .toArray(ConfigKey<?>[]::new));
  }

  private static boolean defaultChain(Values values) {
    return values.get(CredentialTable.TYPE) == CredentialType.DEFAULT
        && !CredentialRules.rrsaIsMeant(values);
  }

  private static Problem nameless(Values values) {
    return new Problem(
        values.blamed(CredentialTable.TYPE, TYPE),
        CredentialTable.TYPE.path(),
        "may lead to one identity now and to another later, and with "
            + REDIS
            + " agents share entries by identity",
        values.shown(CredentialTable.TYPE),
        "\"RRSA\", \"EcsRamRole\", \"AccessKey\"");
  }

  private static Belonging ofRedis() {
    return new Belonging(
        "the keys of `[Cache.Redis]` are given where `Redis` is meant, and nowhere else",
        REDIS,
        RedisRules::redisIsMeant,
        List.of(TYPE));
  }

  private static Rule sentinelHasMaster() {
    return inRedis(
        "`Cache.Redis.Mode = \"Sentinel\"` comes with `Cache.Redis.SentinelMaster`",
        values ->
            isMode(RedisMode.SENTINEL, values)
                ? Need.of(RedisTable.MODE, values).unmetBy(RedisTable.SENTINEL_MASTER, values)
                : Optional.empty(),
        RedisTable.MODE,
        RedisTable.SENTINEL_MASTER);
  }

  private static Belonging ofSentinel() {
    return belonging(
        "`Cache.Redis.SentinelMaster` is given where `Sentinel` is meant, and nowhere else",
        "Cache.Redis.Mode = \"Sentinel\"",
        values -> isMode(RedisMode.SENTINEL, values),
        RedisTable.MODE);
  }

  private static Rule standaloneIsOne() {
    return inRedis(
        "`Cache.Redis.Mode = \"Standalone\"` comes with one address in `Cache.Redis.Addresses`",
        values ->
            values
                .settled(RedisTable.ADDRESSES)
                .filter(_ -> isMode(RedisMode.STANDALONE, values))
                .filter(addresses -> addresses.content().size() > 1)
                .map(addresses -> ofSeveral(values, addresses)),
        RedisTable.MODE,
        RedisTable.ADDRESSES);
  }

  private static Problem ofSeveral(Values values, Value<List<Address>> addresses) {
    return new Problem(
        addresses.origin(),
        RedisTable.ADDRESSES.path(),
        "has more than the one server of Cache.Redis.Mode = \"Standalone\"",
        values.shown(RedisTable.ADDRESSES),
        "one host:port, or another Cache.Redis.Mode");
  }

  private static Rule clusterHasOneDatabase() {
    return inRedis(
        "`Cache.Redis.Mode = \"Cluster\"` comes with no `Cache.Redis.Database` but 0",
        values ->
            isMode(RedisMode.CLUSTER, values) && values.get(RedisTable.DATABASE) > 0
                ? Optional.of(
                    new Problem(
                        values.origin(RedisTable.DATABASE),
                        RedisTable.DATABASE.path(),
                        "is not there with Cache.Redis.Mode = \"Cluster\"",
                        values.shown(RedisTable.DATABASE),
                        "0"))
                : Optional.empty(),
        RedisTable.MODE,
        RedisTable.DATABASE);
  }

  private static Rule userHasPassword() {
    return inRedis(
        "`Cache.Redis.Username` comes with `Cache.Redis.Password`",
        values ->
            values
                .settled(RedisTable.USERNAME)
                .map(user -> new Need(user.origin(), RedisTable.USERNAME.path()))
                .flatMap(need -> need.unmetBy(RedisTable.PASSWORD, values)),
        RedisTable.USERNAME,
        RedisTable.PASSWORD);
  }

  private static Belonging ofTls() {
    return belonging(
        "`Cache.Redis.CaFile` is given with `Cache.Redis.Tls = true`, and nowhere else",
        "Cache.Redis.Tls = true",
        values -> values.get(RedisTable.TLS),
        RedisTable.TLS);
  }

  /** A belonging that is not asked about where there is no Redis to belong to. */
  private static Belonging belonging(
      String demand, String owner, Predicate<Values> isInForce, ConfigKey<?> deciding) {
    return new Belonging(
        demand,
        owner,
        values -> !redisIsMeant(values) || isInForce.test(values),
        List.of(TYPE, deciding));
  }

  private static Rule inRedis(
      String demand, Function<Values, Optional<Problem>> verdict, ConfigKey<?>... concerns) {
    return new Rule(
        demand,
        Stream.concat(Stream.of(TYPE), Stream.of(concerns)).toList(),
        values -> redisIsMeant(values) ? verdict.apply(values) : Optional.empty());
  }

  private static boolean isMode(RedisMode mode, Values values) {
    return values.get(RedisTable.MODE) == mode;
  }

  private static boolean redisIsMeant(Values values) {
    return values.get(TYPE) == CacheType.REDIS;
  }
}
