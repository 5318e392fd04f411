package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.file.Boot;
import dev.kmsagent.adapters.cache.file.FileEntryStore;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedRecords;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * An agent with a folder on a real disk, and KMS and STS in its own process. As a program it reads
 * and has refused one secret after the other until it is killed, and prints what it does, and what
 * it has answered.
 */
final class KilledAgent implements AutoCloseable {
  /** The secrets of which it reads any. */
  static final List<String> NAMES = List.of("a", "b", "c", "d");

  private static final String PREFIX = "s";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final SealingKey KEY = new SealingKey(new byte[SealingKey.LENGTH], RANDOM);
  private static final KmsEndpoint ENDPOINT =
      new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");
  private static final int ROOM = 1000;
  private static final Principal PRINCIPAL = new Principal("acs:ram::1234567890:role/p");

  /** So long that a value that is cut is told from a whole one. */
  private static final int LENGTH = 30_000;

  private final Map<String, Integer> versions = new ConcurrentHashMap<>();

  /** Whether the disk was too slow since then: the agent does not wait for it any longer. */
  private volatile boolean isTooSlow;

  private final SystemScheduler scheduler = new SystemScheduler("timers");
  private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();
  private final boolean isOutage;
  private final CircuitBreakingEntryStore store;
  private final SharedRecords records;
  private final SharedSecretCache cache;
  private final SimulatedAgent agent;

  /**
   * The machine.
   *
   * @param boot its id
   * @param ahead how far its wall clock is ahead of that of the real one
   */
  record Machine(String boot, Duration ahead) {
    private Clocks clocks() {
      var real = AgentClock.system().clocks();
      return new Clocks(
          () -> real.agent().instant().plus(ahead), () -> real.wall().instant().plus(ahead));
    }

    private Boot now() {
      return new Boot(boot, AgentClock.boot().uptime());
    }
  }

  /**
   * Starts.
   *
   * @param isOutage whether neither KMS nor STS is there
   */
  KilledAgent(Path path, Machine machine, boolean isOutage) {
    this.isOutage = isOutage;
    var config = SimulatedAgent.config("");
    var timing = new TimeSources(machine.clocks(), scheduler, () -> 0.5);
    var means = new Means(timing, executor, RANDOM, this::note);
    var policy = SimulatedAgent.policy(config);
    var settings = new FolderSettings(ROOM, 1 << 30, policy, List.of(KEY), machine::now);
    this.store = new CircuitBreakingEntryStore(new FileEntryStore(path, settings, means), means);
    this.records =
        new SharedRecords(
            local(),
            store,
            partitions(() -> Optional.of(SharedRecords.OWNER), FolderSettings.RECORDS, timing),
            policy.maxStale(),
            means);
    var services =
        new SimulatedAgent.Services(
            this::issueKey,
            (query, _) -> CompletableFuture.completedStage(fetch(query)),
            source -> source,
            records,
            _ -> {});
    this.agent =
        new SimulatedAgent(
            config,
            timing,
            executor,
            services,
            identity ->
                new SharedSecretCache(
                    local(),
                    store,
                    partitions(identity, PREFIX, timing),
                    policy,
                    Secrets::plain,
                    means));
    this.cache = (SharedSecretCache) agent.cache();
    store.start(PREFIX);
    agent.start();
  }

  private static SharedSecretCache.Local local() {
    return new SharedSecretCache.Local(
        new CaffeineSecretCache(ROOM, 1 << 30, _ -> {}), ROOM, 1, Duration.ofDays(36_500));
  }

  private static Partitions partitions(NamePrincipal identity, String prefix, TimeSources timing) {
    return new Partitions(identity, ENDPOINT, List.of(KEY), prefix, timing.clock());
  }

  private void note(AgentEvent event) {
    isTooSlow |= event instanceof SharedCacheCalled(_, SharedCacheOutcome.Failed _, _);
  }

  private KeyIssuer.Issue issueKey() {
    return isOutage
        ? new KeyIssuer.Issue.NotIssued(Secrets.unreachable())
        : new KeyIssuer.Issue.Issued(
            SigningKey.temporary("STS.1", "a key", "a token"), Instant.MAX, Optional.of(PRINCIPAL));
  }

  private FetchOutcome fetch(SecretQuery query) {
    if (isOutage) {
      return Secrets.unreachable();
    }
    var version = versions.get(query.name().value());
    return version == null
        ? Secrets.denied()
        : new FetchOutcome.Fetched(
            Secrets.text(query.name().value(), "v" + version, value(query, version)));
  }

  private static String value(SecretQuery query, int version) {
    return (query.name().value() + version + ' ').repeat(LENGTH / 10);
  }

  private Retrieval read(String name, ReadMode mode) {
    return Patience.join(agent.read(Secrets.current(name), mode));
  }

  /**
   * The version of a whole secret that it serves; empty if it serves none. Where the disk was too
   * slow for a read, which a busy machine explains, it reads again.
   */
  Optional<Integer> served(String name) {
    return Patience.see(() -> servedAtOnce(name), it -> it.isPresent() || !isTooSlow);
  }

  private Optional<Integer> servedAtOnce(String name) {
    isTooSlow = !store.isAvailable();
    return read(name, ReadMode.CACHED) instanceof Found found
        ? Optional.of(version(name, (Secret) found.entry().secret()))
        : Optional.empty();
  }

  private static int version(String name, Secret secret) {
    var version = Integer.parseInt(secret.version().value().substring(1));
    if (!secret.value().reveal().equals(value(Secrets.current(name), version))) {
      throw new AssertionError("The value of " + name + " is torn.");
    }
    return version;
  }

  /** Reads a version that is new in KMS, and has it in the folder, and the principal. */
  private void rotate(String name, int version) {
    versions.put(name, version);
    var _ = read(name, ReadMode.REFRESH_NOW);
    Patience.join(records.drain());
    Patience.join(cache.drain());
  }

  /** KMS refuses it from now on. */
  private void refuse(String name) {
    versions.remove(name);
    var _ = read(name, ReadMode.REFRESH_NOW);
  }

  /** A process that starts later has the folder from now on. */
  @Override
  public void close() {
    cache.close();
    store.close();
    scheduler.close();
  }

  /**
   * Runs until it is killed. Prints what it begins to do, and that it has done it, or skipped it
   * because the disk was or had been too slow.
   *
   * @param arguments the folder, the id of the boot, and the first version
   */
  static void main(String[] arguments) {
    var machine = new Machine(arguments[1], Duration.ZERO);
    var first = Integer.parseInt(arguments[2]);
    var random = new SplittableRandom(first);
    var agent = new KilledAgent(Path.of(arguments[0]), machine, false);
    for (var version = first; ; version++) {
      var name = NAMES.get(random.nextInt(NAMES.size()));
      var isRead = random.nextInt(3) > 0;
      var what = (isRead ? " READ " : " REFUSE ") + name + ' ' + version;
      agent.isTooSlow = !agent.store.isAvailable();
      System.out.println("begin" + what);
      if (isRead) {
        agent.rotate(name, version);
      } else {
        agent.refuse(name);
      }
      System.out.println((agent.isTooSlow ? "skip" : "done") + what);
    }
  }
}
