package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.redis.ConnectResult.Obstacle;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.Clocks;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Checks whether Redis does what an agent needs, over the same servers, login, TLS and timeouts.
 * What it writes is no agent's, and is removed again. It waits, so it is for one thread.
 */
public final class RedisProbe implements AutoCloseable {
  private static final Pattern NO_EVICTION =
      Pattern.compile("^maxmemory_policy:noeviction\\s*$", Pattern.MULTILINE);
  private static final Pattern MEMORY =
      Pattern.compile("^maxmemory:([1-9]\\d*)\\s*$", Pattern.MULTILINE);

  /** The rights for scripts, and for the commands in them. */
  private static final String RIGHTS =
      " +ping +evalsha +eval +time +hset +hget +hdel +hkeys +hlen +hstrlen"
          + " +pttl +pexpire +set +get +unlink"
          + " +client|setname +client|tracking";

  private final RedisConfig config;
  private final RedisClients clients;
  private final RedisEntryStore store;
  private final ProbeTrial trial;

  /** Opens no connection yet. */
  public RedisProbe(RedisConfig config, SecureRandom random, Clocks clocks) {
    this.config = config;
    this.store = new RedisEntryStore(config, clocks, Runnable::run);
    this.clients = store.clients();
    this.trial = new ProbeTrial(store, prefix(), random);
  }

  private String prefix() {
    return config.entries().keyPrefix();
  }

  /** Whether Redis can be reached, and accepts the login. */
  public ConnectResult connect() {
    return switch (config.servers()) {
      case Servers.Standalone _, Servers.Cluster _ -> ping();
      case Servers.Sentinel(_, var sentinels) -> connectThrough(sentinels);
    };
  }

  private ConnectResult connectThrough(List<Address> sentinels) {
    try {
      var _ = store.client();
      return ping();
    } catch (JedisException _) {
      return blame(sentinels);
    }
  }

  /** Jedis does not say why sentinels gave no primary. */
  private ConnectResult blame(List<Address> sentinels) {
    var failures =
        sentinels.stream().flatMap(sentinel -> clients.failureOf(sentinel).stream()).toList();
    return failures.size() < sentinels.size()
        ? new ConnectResult.Stopped(Obstacle.UNKNOWN_MASTER, "The sentinels name no primary.")
        : RedisFailures.stopped(failures.getFirst());
  }

  private ConnectResult ping() {
    try {
      var _ = store.client().ping();
      return new ConnectResult.Answered();
    } catch (RuntimeException failure) {
      return RedisFailures.stopped(failure);
    }
  }

  /** Whether it performs every operation of an agent. */
  public ProbeResult tryOperations() {
    return trial.run();
  }

  /** Whether it announces changes; to be called after the operations have passed. */
  public ProbeResult.Notifications tryNotifications() {
    return switch (config.servers()) {
      case Servers.Standalone _, Servers.Sentinel _ -> listen();
      case Servers.Cluster _ -> new ProbeResult.Notifications.NotOnClusters();
    };
  }

  /** The announcement of a change comes before the answer to a later request. */
  private ProbeResult.Notifications listen() {
    var heard = new ArrayList<String>();
    try (var listening =
        clients.listen(store.client(), heard::add, () -> heard.add(trial.hash()))) {
      listening.begin(EntryCodec.hashes(prefix()), (int) config.timeout().toMillis());
      var _ = trial.run();
      listening.beat();
      listening.read();
      return heard.contains(trial.hash())
          ? new ProbeResult.Notifications.Received()
          : new ProbeResult.Notifications.Missing();
    } catch (JedisException refused) {
      return new ProbeResult.Notifications.Refused(RedisFailures.of(refused));
    }
  }

  /**
   * The number of bytes beyond which it refuses writes; empty when it evicts, has no bound, or does
   * not say.
   */
  public OptionalLong refusesBeyond() {
    try {
      return refusesBeyond(store.client().info("memory"));
    } catch (RuntimeException _) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong refusesBeyond(String info) {
    var memory = MEMORY.matcher(info);
    return NO_EVICTION.matcher(info).find() && memory.find()
        ? OptionalLong.of(Long.parseLong(memory.group(1)))
        : OptionalLong.empty();
  }

  /** The least rights of an agent's user, as {@code ACL SETUSER} takes them. */
  public String rights() {
    return "~" + prefix() + ":*" + RIGHTS + moreRights();
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
