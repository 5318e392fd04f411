package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.redis.ConnectResult.Obstacle;
import dev.kmsagent.adapters.cache.redis.RedisSettings.Address;
import dev.kmsagent.adapters.cache.redis.RedisSettings.Servers;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks Redis for what an agent will ask, the way it would be reached (servers, login, TLS,
 * timeouts), to tell what is in the way: for people who look for a fault. What it writes is nobody
 * else's, and is taken away again. It waits, so it is for one thread.
 */
public final class RedisProbe implements AutoCloseable {
  private static final Pattern DROPS_NOTHING =
      Pattern.compile("^maxmemory_policy:noeviction\\s*$", Pattern.MULTILINE);
  private static final Pattern MEMORY =
      Pattern.compile("^maxmemory:([1-9]\\d*)\\s*$", Pattern.MULTILINE);

  private final RedisSettings settings;
  private final RedisClients clients;
  private final String prefix;
  private final RedisEntryStore store;
  private final ProbeEntry scratch;

  /**
   * Opens no connection yet.
   *
   * @param prefix of all names in Redis
   */
  public RedisProbe(
      RedisSettings settings, String prefix, SecureRandom random, InstantSource clock) {
    this.settings = settings;
    this.clients = new RedisClients(settings);
    this.prefix = prefix;
    this.store = new RedisEntryStore(settings, clock, Runnable::run);
    this.scratch = ProbeEntry.make(prefix, random, clock.instant());
  }

  /** Whether it can be reached, and takes the login. */
  public ConnectResult greet() {
    return switch (settings.servers()) {
      case Servers.Standalone _, Servers.Cluster _ -> ping();
      case Servers.Sentinel(_, var sentinels, _) -> greetThrough(sentinels);
    };
  }

  private ConnectResult greetThrough(List<Address> sentinels) {
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
        : ConnectFailures.of(failures.getFirst());
  }

  private ConnectResult ping() {
    try {
      var _ = store.client().ping();
      return new ConnectResult.Answered();
    } catch (JedisException failure) {
      return ConnectFailures.of(failure);
    }
  }

  /** Whether it does all that an agent asks. */
  public ProbeResult trial() {
    return new ProbeTrial(store, scratch).run();
  }

  /** Whether it tells of changes; to be asked after a trial that was passed. */
  public NotificationResult changes() {
    return switch (settings.servers()) {
      case Servers.Standalone _, Servers.Sentinel _ -> listen();
      case Servers.Cluster _ -> new NotificationResult.OfCluster();
    };
  }

  /** What is told of a change comes before the answer to what is asked after it. */
  private NotificationResult listen() {
    var ear = new ProbeFollower(scratch.key().hash());
    try (var listening = connect(ear)) {
      listening.begin(EntryCodec.hashes(prefix), (int) settings.timeout().toMillis());
      var _ = trial();
      listening.beat();
      listening.read();
      return ear.heard() ? new NotificationResult.Told() : new NotificationResult.Untold();
    } catch (JedisException refused) {
      return new NotificationResult.Refused(RedisFailures.of(refused));
    }
  }

  private ListeningConnection connect(ProbeFollower ear) {
    var primary = RedisClients.primary(settings, store.client()).orElseThrow();
    return new ListeningConnection(primary, clients.listening(), ear);
  }

  /**
   * How many bytes it holds before it refuses more; empty when it makes room by itself, has no
   * bound, or does not say.
   */
  public OptionalLong refusesBeyond() {
    try {
      return refusesBeyond(store.client().info("memory"));
    } catch (JedisException _) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong refusesBeyond(String info) {
    var memory = MEMORY.matcher(info);
    return DROPS_NOTHING.matcher(info).find() && memory.find()
        ? OptionalLong.of(Long.parseLong(memory.group(1)))
        : OptionalLong.empty();
  }

  /** The least that an agent's user must be allowed, in the words of {@code ACL SETUSER}. */
  public String rights() {
    return Rights.of(settings.servers(), prefix);
  }

  @Override
  public void close() {
    store.close();
  }
}
