package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.RedisSettings.Servers;

/** What a user of Redis must be allowed, in the words of {@code ACL SETUSER}. */
final class Rights {
  /** Those of scripts count as well as the scripts. */
  private static final String COMMANDS =
      " +ping +hmget +evalsha +eval +hset +hget +hgetall +hdel +pttl +pexpire +set +get +del"
          + " +client|setname +client|tracking";

  private Rights() {}

  static String of(Servers servers, String prefix) {
    return "~" + prefix + ":*" + COMMANDS + more(servers);
  }

  /** A cluster wants to hear {@code ASKING} while it moves slots. */
  private static String more(Servers servers) {
    return switch (servers) {
      case Servers.Standalone(_, var database) -> select(database);
      case Servers.Sentinel(_, _, var database) -> select(database);
      case Servers.Cluster _ -> " +cluster|slots +asking";
    };
  }

  private static String select(int database) {
    return database == 0 ? "" : " +select";
  }
}
