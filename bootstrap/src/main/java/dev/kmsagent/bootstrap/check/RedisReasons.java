package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.cache.redis.ConnectResult;
import dev.kmsagent.adapters.cache.redis.ProbeResult;
import dev.kmsagent.adapters.cache.redis.ProbeResult.Step;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;

/** Why agents cannot share a cache, in a sentence that says what to do. */
final class RedisReasons {
  private final RedisConfig config;
  private final String rights;

  /**
   * @param rights that the user needs, in the words of Redis
   */
  RedisReasons(RedisConfig config, String rights) {
    this.config = config;
    this.rights = rights;
  }

  /** Why Redis does not answer. */
  String of(ConnectResult.Stopped stopped) {
    return switch (stopped.obstacle()) {
      case UNKNOWN_NAME ->
          "The name is unknown to DNS: is it right, and can this network resolve it?";
      case NO_CONNECTION ->
          "The connection was refused or broke: does Redis listen there, and with TLS or without as"
              + " Cache.Redis.Tls says?";
      case TIMEOUT -> late();
      case UNTRUSTED ->
          "Its certificate comes from an authority that is not trusted here: give it in"
              + " Cache.Redis.CaFile.";
      case OTHER_NAME ->
          "Its certificate is for another host: is the name in Cache.Redis.Addresses right?";
      case OUT_OF_DATE ->
          "Its certificate has ended or not begun, or this machine's clock is wrong.";
      case NO_TLS -> "What answers there does not speak TLS: is the port right?";
      case UNKNOWN_MASTER ->
          "What answers there knows no such master: is Cache.Redis.SentinelMaster right, and are"
              + " these sentinels?";
      case LOGIN_WANTED ->
          "It requires a login (NOAUTH): give Cache.Redis.Password, and Cache.Redis.Username for a"
              + " user other than the default one.";
      case LOGIN_REFUSED ->
          "It does not take the login (WRONGPASS): are Cache.Redis.Username and"
              + " Cache.Redis.Password right, and is the user on?";
      case FORBIDDEN -> "It answered, but " + forbidden();
      case NOT_READY -> stopped.detail() + " It is loading or failing over: wait, and ask again.";
      case ERROR -> stopped.detail() + " Does Cache.Redis.Mode fit this server?";
    };
  }

  private String late() {
    return "No answer within %d ms (Cache.Redis.TimeoutMillis): is a route, a security group or an"
            .formatted(config.timeout().toMillis())
        + " allowlist in the way, or does it listen without TLS where Cache.Redis.Tls is true?";
  }

  /** Why Redis fails a command that agents need. */
  String of(ProbeResult.Failed failed) {
    return "An agent cannot %s there: %s".formatted(name(failed.step()), why(failed.failure()));
  }

  /** Why Redis does not return what was written. */
  static String of(ProbeResult.Inconsistent inconsistent) {
    return "An agent cannot %s there: what was written just before is not what is found. Is it a"
            .formatted(name(inconsistent.step()))
        + " proxy that reads from replicas, or so full that it drops at once what is new?";
  }

  private static String name(Step step) {
    return switch (step) {
      case CLAIM -> "claim a lease";
      case WRITE -> "write an entry";
      case READ -> "read an entry";
      case REVOKE -> "revoke an entry";
      case RELEASE -> "release a lease";
      case DISCARD -> "delete an entry";
    };
  }

  private String why(SharedCacheOutcome.Failed failure) {
    return switch (failure.cause()) {
      case FORBIDDEN -> forbidden();
      case FULL ->
          "it is full (OOM). Give it memory, or the maxmemory-policy volatile-lru: then it drops"
              + " what was not used for long.";
      case READ_ONLY ->
          "it is a replica that takes no writes (READONLY). Name its primary in"
              + " Cache.Redis.Addresses, or have sentinels name it (Cache.Redis.Mode).";
      case NOT_READY ->
          failure.detail()
              + " It is loading or failing over; or it is one of a cluster, and Cache.Redis.Mode"
              + " must be \"Cluster\".";
      case ERROR -> failure.detail() + " Is it Redis 6.2 or later, and does it run Lua scripts?";
      case CLOCK -> failure.detail() + " Compare both with a time server (NTP).";
      case UNREACHABLE, TIMEOUT, DENIED -> failure.detail() + " It did just before: ask again.";
    };
  }

  /** Why Redis refuses to announce changes. */
  String notNotified(SharedCacheOutcome.Failed failure) {
    return failure.cause() == Cause.FORBIDDEN
        ? "Agents are not notified: %s".formatted(forbidden())
        : "Agents are not notified: %s Is it Redis 6.2 or later?".formatted(failure.detail());
  }

  private String forbidden() {
    return "the user %1$s lacks rights (NOPERM). Have an administrator say \"ACL SETUSER %1$s %2$s\"."
        .formatted(user(), rights);
  }

  private String user() {
    return switch (config.login()) {
      case RedisConfig.Login.Anonymous(), RedisConfig.Login.Password _ -> "default";
      case RedisConfig.Login.User(var name, _) -> name;
    };
  }
}
