package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.adapters.kms.credentials.CredentialTypes;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheConfig;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.RedisConfig;
import java.util.List;
import java.util.Optional;

/** Describes, in sentences, what an agent with a configuration does. */
final class AgentPlan {
  private AgentPlan() {}

  static List<String> of(AgentConfig config) {
    var server = config.server();
    return List.of(
        "The agent listens on %s%s."
            .formatted(server.listen().url(), server.listensOnBothLoopbacks() ? " and ::1" : ""),
        management(config.management()),
        "It reads secrets from %s with %s."
            .formatted(
                config.kms().transport().endpoint().uri(),
                CredentialTypes.of(config.kms().credentials()).description()),
        cache(config.cache(), server.ignoreTransientErrors())
            + config.cache().redis().map(AgentPlan::sharing).orElse(""));
  }

  private static String management(Optional<ListenAddress> management) {
    return management
        .map(ListenAddress::url)
        .map("Health and metrics are served there, and on %s for everybody."::formatted)
        .orElse("Health and metrics are served there too.");
  }

  private static String cache(CacheConfig cache, boolean servesStale) {
    var freshness = cache.freshness();
    var stale =
        servesStale
            ? "for %d s more while KMS cannot be reached"
                .formatted(freshness.maxStale().toSeconds())
            : "serves none of them later";
    return "It keeps up to %d of them for %d s, and %s."
        .formatted(cache.maxEntries(), freshness.ttl().toSeconds(), stale);
  }

  private static String sharing(RedisConfig redis) {
    return " It shares what it reads with the agents of its identity, over %s, %s."
        .formatted(servers(redis.servers()), encryption(redis));
  }

  private static String servers(RedisConfig.Servers servers) {
    return switch (servers) {
      case RedisConfig.Servers.Standalone(var address) -> "Redis at " + address;
      case RedisConfig.Servers.Sentinel(var master, var sentinels) ->
          "the Redis that the sentinels at %s call %s".formatted(list(sentinels), master);
      case RedisConfig.Servers.Cluster(var nodes) -> "the Redis cluster at " + list(nodes);
    };
  }

  private static String list(List<RedisConfig.Address> addresses) {
    return addresses.stream().map(RedisConfig.Address::toString).collect(joining(", "));
  }

  private static String encryption(RedisConfig redis) {
    if (redis.tls() instanceof RedisConfig.Tls.On) {
      return "with TLS";
    }
    return redis.login() instanceof RedisConfig.Login.Anonymous
        ? "without TLS"
        : "without TLS and with its password in clear";
  }
}
