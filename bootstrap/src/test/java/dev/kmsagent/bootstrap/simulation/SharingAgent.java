package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedRecord;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.bootstrap.simulation.Schedule.Setting;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.Secrets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** One agent of a simulation: its machine and its network, and its process, which may restart. */
final class SharingAgent {
  /** Of a copy: the default. */
  static final Duration LOCAL_TTL = Duration.ofSeconds(1);

  /** Until an agent that can reach the store knows what is there, and has there what it knows. */
  static final Duration PROPAGATION = Duration.ofSeconds(20);

  private static final Duration KEY_LIFE = Duration.ofMinutes(5);
  private static final int ROOM = 1000;
  private static final KmsEndpoint GATEWAY =
      new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");
  static final SealingKey KEY = new SealingKey(new byte[SealingKey.LENGTH], new SeededRandom(1));
  private static final String PREFIX = "kms-agent";

  private final int number;
  final Principal principal;
  final MachineClocks machine;
  final Link link;
  final Link kms;

  /** Cut while STS refuses the role. */
  final Link sts;

  private final SplittableRandom random;
  private final AgentConfig config;
  private final Simulation simulation;
  SimulatedProcess process;
  private SimulatedAgent agent;

  /** Whether it gave up on Redis. */
  boolean cutOff;

  /** A source of nonces and names that gives the same ones for one seed. */
  static final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final transient SplittableRandom source;

    SeededRandom(long seed) {
      this.source = new SplittableRandom(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      source.nextBytes(bytes);
    }
  }

  SharingAgent(
      int number,
      Setting setting,
      AgentConfig config,
      Simulation simulation,
      SplittableRandom random) {
    var role = (char) ('p' + number % setting.principals());
    var skew = setting.skew().toMillis();
    var ahead = skew == 0 ? 0 : random.nextLong(-skew, skew);
    var drift = random.nextInt(-200, 200);
    this.number = number;
    this.principal = new Principal("acs:ram::1234567890:role/" + role);
    this.machine = new MachineClocks(simulation.time, drift, Duration.ofMillis(ahead));
    this.config = config;
    this.simulation = simulation;
    this.random = random;
    this.link = new Link(simulation.time, random.split());
    this.kms = new Link(simulation.time, random);
    this.sts = new Link(simulation.time, random);
    this.process = new SimulatedProcess(simulation.time, machine, random.split());
    this.agent = make();
  }

  static String name(int number) {
    return String.valueOf((char) ('A' + number));
  }

  /** Of the entries of its principal. */
  EntryCodec codec() {
    return new EntryCodec(KEY, principal, GATEWAY, PREFIX);
  }

  private SimulatedAgent make() {
    var timing = new TimeSources(machine.clocks(), process, random.split()::nextDouble);
    var means = new Means(timing, process, new SeededRandom(random.nextLong()), this::note);
    var access = simulation.store.access(this, means);
    var store = new CircuitBreakingEntryStore(access.entries(), means);
    var services =
        new SimulatedAgent.Services(
            this::issueKey,
            simulation.kms.source(this, process),
            source -> simulation.observed(this, source),
            records(store, means),
            this::note);
    return new SimulatedAgent(
        config,
        timing,
        process,
        services,
        identity -> cache(store, access.copies(), means, identity));
  }

  /** With Redis STS is always there, and its keys do not end. */
  private KeyIssuer.Issue issueKey() {
    var inFolder = simulation.store == simulation.disk;
    if (inFolder && kms.isCut()) {
      return new KeyIssuer.Issue.NotIssued(Secrets.unreachable());
    }
    if (sts.isCut()) {
      simulation.invariants.restarts.roleRefused();
      return new KeyIssuer.Issue.NotIssued(
          new NoSecret.IdentityRefused("NoPermission", "It is not its role."));
    }
    simulation.invariants.restarts.issued(this);
    return new KeyIssuer.Issue.Issued(
        SigningKey.temporary("STS.1", "a key", "a token"),
        inFolder ? machine.wall().plus(KEY_LIFE) : Instant.MAX,
        Optional.of(principal));
  }

  private void note(AgentEvent event) {
    if (event instanceof SharedCacheAlone(var alone)) {
      cutOff = alone;
    }
  }

  private SecretCache cache(
      CircuitBreakingEntryStore store, Duration copies, Means means, NamePrincipal identity) {
    var shared =
        new SharedSecretCache(
            local(copies),
            store,
            partitions(identity, PREFIX, means),
            SimulatedAgent.policy(config),
            Secrets::plain,
            means);
    process.execute(() -> store.start(PREFIX));
    return shared;
  }

  private SharedSecretCache.Local local(Duration copies) {
    return new SharedSecretCache.Local(
        new CaffeineSecretCache(ROOM, 1 << 30, this::note), ROOM, 1, copies);
  }

  private static Partitions partitions(NamePrincipal identity, String prefix, Means means) {
    return new Partitions(identity, GATEWAY, List.of(KEY), prefix, means.timing().clock());
  }

  /** With Redis there are none. */
  private DurableRecord records(CircuitBreakingEntryStore store, Means means) {
    return simulation.store == simulation.redis
        ? DurableRecord.NONE
        : SharedRecord.of(
            local(SimulatedDisk.FOR_EVER),
            store,
            partitions(() -> Optional.of(SharedRecord.OWNER), FolderSettings.RECORDS, means),
            simulation.policy.maxStale(),
            means);
  }

  void start() {
    process.execute(agent::start);
  }

  /** Ends, and starts again after some time. */
  void restart(Duration length) {
    if (!process.isEnded()) {
      process.end();
      simulation.time.schedule(length, this::begin);
    }
    simulation.invariants.restarted(this);
  }

  /** Ends within its work on the disk, and starts again after some time. */
  void endOnDisk(int steps, Duration length) {
    simulation.disk.stopAfter(steps, () -> restart(length));
  }

  /** Its machine loses power, and starts again after some time. */
  void losePower(Duration length) {
    restart(length);
    machine.reboot();
    simulation.disk.losePower();
  }

  private void begin() {
    process = new SimulatedProcess(simulation.time, machine, random.split());
    cutOff = false;
    agent = make();
    start();
  }

  /** A client's read; never answered if the process ends meanwhile. */
  CompletableFuture<Retrieval> read(SecretQuery query, ReadMode mode) {
    return agent.read(query, mode);
  }

  /**
   * Whether KMS was quick for all, and the store was there and lost nothing, and this agent ran.
   */
  boolean isWell() {
    return simulation.agents.stream().noneMatch(SharingAgent::mayNotReachKms) && reachesStore();
  }

  boolean mayNotReachKms() {
    var recovery = simulation.recovery();
    return kms.hadTroubleWithin(recovery)
        || sts.hadTroubleWithin(recovery)
        || simulation.kms.hadTroubleWithin(recovery);
  }

  boolean reachesStore() {
    return !simulation.store.wasDownWithin(PROPAGATION)
        && !simulation.store.lastLoss().isAfter(simulation.time.instant().minus(PROPAGATION))
        && !link.hadTroubleWithin(PROPAGATION)
        && process.ranFor(PROPAGATION);
  }

  @Override
  public String toString() {
    return name(number);
  }
}
