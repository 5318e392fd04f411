package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.time.Clocks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Checks whether Redis does what an agent needs, over the same servers, login, TLS and timeouts. It
 * writes a tombstone that no agent reads, and removes it. It waits, so it is for one thread.
 */
public final class RedisProbe implements AutoCloseable {
  /** What is left by mistake expires. */
  private static final Duration LIFE = Duration.ofSeconds(10);

  private static final String HOLDER = "check";

  /** Has ended long ago. */
  private static final Envelope TOMBSTONE =
      new Envelope(("2R" + "0".repeat(32)).getBytes(US_ASCII));

  /** The rights for scripts, and for the commands in them. */
  private static final String RIGHTS =
      " +ping +evalsha +eval +time +hset +hget +hdel +hkeys +hlen +hstrlen"
          + " +pttl +pexpire +set +get +unlink"
          + " +client|setname";

  /** A cluster needs {@code ASKING} while it moves slots. */
  private static final String RIGHTS_OF_CLUSTER = " +cluster|slots +asking";

  private final RedisConfig config;
  private final RedisEntryStore store;

  /** Opens no connection yet. */
  public RedisProbe(RedisConfig config, Clocks clocks) {
    this.config = config;
    this.store = new RedisEntryStore(config, clocks, Runnable::run);
  }

  /** Why agents cannot share through it, with what to do; empty if they can. */
  public Optional<String> obstacle() {
    try {
      var _ = store.client().ping();
    } catch (RuntimeException failure) {
      return Optional.of(explain(RedisFailures.of(failure), RedisFailures.message(failure)));
    }
    return failures().stream().findFirst().map(failure -> explain(failure, ""));
  }

  /** Every operation of an agent is tried, also after one has failed: the last ones clean up. */
  private List<Failed> failures() {
    var key = EntryCodec.probeKey(config.entries().keyPrefix());
    var operations =
        List.<CompletionStage<? extends StoreResult<?>>>of(
            store.claim(key, HOLDER, LIFE),
            store.write(key, TOMBSTONE, LIFE),
            store.read(key),
            store.revoke(key, TOMBSTONE, LIFE, RevokeCondition.ALWAYS),
            store.release(key, HOLDER),
            store.discard(key, TOMBSTONE));
    return operations.stream()
        .map(operation -> operation.toCompletableFuture().join())
        .filter(StoreResult.Failed.class::isInstance)
        .map(failed -> ((StoreResult.Failed<?>) failed).failure())
        .toList();
  }

  private String explain(Failed failure, String message) {
    var library = message.isEmpty() ? "" : " (" + message + ")";
    return failure.detail() + library + ' ' + advice(failure.cause());
  }

  private String advice(Cause cause) {
    return switch (cause) {
      case UNREACHABLE, TIMEOUT ->
          "Are Addresses, Mode, SentinelMaster, Tls, CaFile and TimeoutMillis of Cache.Redis right,"
              + " and does no firewall stand between?";
      case DENIED -> "Are Cache.Redis.Username and Cache.Redis.Password right, and is the user on?";
      case FORBIDDEN ->
          "Have an administrator say \"ACL SETUSER %s %s\".".formatted(user(), rights());
      case FULL -> "It is full: give it memory, or the maxmemory-policy volatile-lru.";
      case READ_ONLY ->
          "It is a replica: name its primary, or have sentinels name it (Cache.Redis.Mode).";
      case NOT_READY ->
          "Is it loading, or one of a cluster, which needs Cache.Redis.Mode = \"Cluster\"?";
      case CLOCK -> "Compare both with a time server (NTP).";
      case ERROR -> "Is it Redis 6.2 or later, and does Cache.Redis.Mode fit it?";
    };
  }

  private String user() {
    return config.login().flatMap(Login::user).orElse("default");
  }

  /** The least rights of an agent's user, as {@code ACL SETUSER} takes them. */
  String rights() {
    var ofCluster = config.servers() instanceof Servers.Cluster ? RIGHTS_OF_CLUSTER : "";
    return "~" + config.entries().keyPrefix() + ":*" + RIGHTS + ofCluster;
  }

  @Override
  public void close() {
    store.close();
  }
}
