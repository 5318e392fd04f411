package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Checks whether Redis does what an agent needs, over the same servers, login, TLS and timeouts. It
 * writes an entry whose encryption key is random and so no agent's, and removes it. It waits, so it
 * is for one thread.
 */
public final class RedisProbe implements AutoCloseable {
  /** What is left by mistake expires. */
  private static final Duration LIFE = Duration.ofSeconds(10);

  private static final String NAME = "check";

  /** The rights for scripts, and for the commands in them. */
  private static final String RIGHTS =
      " +ping +evalsha +eval +time +hset +hget +hdel +hkeys +hlen +hstrlen"
          + " +pttl +pexpire +set +get +unlink"
          + " +client|setname";

  private final RedisConfig config;
  private final EntryCodec codec;
  private final RedisEntryStore store;

  /** Opens no connection yet. */
  public RedisProbe(RedisConfig config, SecureRandom random, Clocks clocks) {
    this.config = config;
    this.store = new RedisEntryStore(config, clocks, Runnable::run);
    var material = new byte[SealingKey.LENGTH];
    random.nextBytes(material);
    this.codec =
        new EntryCodec(
            new SealingKey(material, random),
            new Partition(new Principal(NAME), new KmsEndpoint("", "")),
            config.entries().keyPrefix());
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
    var key = codec.key(SecretQuery.current(new SecretName(NAME)));
    var entry = codec.seal(key, new Content.Revocation(Instant.EPOCH, Instant.EPOCH));
    var operations =
        List.<CompletionStage<? extends StoreResult<?>>>of(
            store.claim(key, NAME, LIFE),
            store.write(key, entry, LIFE),
            store.read(key),
            store.revoke(key, entry, LIFE, RevokeCondition.ALWAYS),
            store.release(key, NAME),
            store.discard(key, entry));
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
    return switch (config.login()) {
      case Login.Anonymous(), Login.Password _ -> "default";
      case Login.User(var name, _) -> name;
    };
  }

  /** The least rights of an agent's user, as {@code ACL SETUSER} takes them. */
  String rights() {
    return "~" + config.entries().keyPrefix() + ":*" + RIGHTS + moreRights();
  }

  /** A cluster needs {@code ASKING} while it moves slots. */
  private String moreRights() {
    return switch (config.servers()) {
      case Servers.Standalone _, Servers.Sentinel _ -> "";
      case Servers.Cluster _ -> " +cluster|slots +asking";
    };
  }

  @Override
  public void close() {
    store.close();
  }
}
