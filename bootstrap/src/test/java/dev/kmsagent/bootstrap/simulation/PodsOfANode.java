package dev.kmsagent.bootstrap.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.file.Boot;
import dev.kmsagent.adapters.cache.file.FaultyFolder;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.memory.CaffeineTenantCaches;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedRecord;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.adapters.cache.shared.SharedTenantCaches;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.tenants.AdmittedCallers;
import dev.kmsagent.application.tenants.RoleSelection;
import dev.kmsagent.application.tenants.Tenants;
import dev.kmsagent.bootstrap.simulation.SharingAgent.SeededRandom;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.UnverifiedToken;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.FakeUnverifiedToken;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent of a node in virtual time: callers, tenants and their caches in a folder as they ship,
 * with models of the cluster, STS, KMS and the disk. The agent is killed and started again. Each
 * answer is judged by what STS has said before. One thread.
 */
final class PodsOfANode {
  static final Duration MAX_STALE = Duration.ofHours(3);
  private static final Duration KEY_LIFE = Duration.ofHours(1);
  private static final Duration TOKEN_LIFE = Duration.ofHours(2);
  private static final Duration CALL = Duration.ofMillis(20);

  /** As many roles as are granted, so that none has to make room. */
  private static final int TENANTS = 3;

  static final int SHARE = 4;
  private static final int LARGE = 1 << 20;

  /** For the files of all secrets. */
  private static final int ROOM = 1000;

  static final String NO_ANSWER = "no answer";
  private static final FreshnessPolicy POLICY =
      new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, MAX_STALE);
  private static final KmsEndpoint KMS = new KmsEndpoint("cn-hangzhou", "kms.example.com");
  private static final SealingKey KEY =
      new SealingKey(new byte[SealingKey.LENGTH], new SeededRandom(1));

  final VirtualTime time = new VirtualTime();
  private final FaultyFolder disk = new FaultyFolder();
  final List<AgentEvent> events = new ArrayList<>();
  private Run run = new Run();
  private AdmittedCallers callers = run.callers();
  private final Map<String, CallerAccess> connections = new HashMap<>();
  private final Map<String, Said> said = new HashMap<>();
  private final Map<String, Integer> versions = new HashMap<>();

  /** What the reads of a role were answered, in the order in which they began. */
  final List<String> answers = new ArrayList<>();

  /** The invariants that were broken. */
  final List<String> violations = new ArrayList<>();

  /** The pairs of subject and role that STS grants. */
  final Set<String> trusted = new HashSet<>();

  /** What is down: {@code sts}, {@code keys}, {@code kms}, or KMS for one role. */
  final Set<String> down = new HashSet<>();

  /** The pairs of role and name that KMS refuses. */
  final Set<String> denied = new HashSet<>();

  /**
   * The last that STS said about a subject and a role, and the agent has heard.
   *
   * @param confirmedAt when it gave a key
   * @param keyEnd the end of that key
   * @param endedAt when it refused the role since; null if it did not
   */
  private record Said(Instant confirmedAt, Instant keyEnd, @Nullable Instant endedAt) {
    boolean hasEnded(Instant began) {
      return endedAt != null && !began.isBefore(endedAt);
    }

    /** The key has ended, and it was given too long ago. */
    boolean isOver(Instant began) {
      return !began.isBefore(keyEnd) && !began.isBefore(confirmedAt.plus(MAX_STALE));
    }
  }

  /**
   * A read by a subject.
   *
   * @param place of its answer
   * @param pair the subject and the role
   */
  private record Read(int place, Instant began, String pair, String name) {}

  /**
   * One run of the agent, with timers and calls of its own: after its end nothing happens in it.
   */
  private final class Run implements Scheduler {
    private boolean ended;

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      return time.schedule(
          delay,
          () -> {
            if (!ended) {
              task.run();
            }
          });
    }

    private <T> CompletionStage<T> after(Supplier<T> answer) {
      var coming = new CompletableFuture<T>();
      var _ = schedule(CALL, () -> coming.complete(answer.get()));
      return coming;
    }

    private AdmittedCallers callers() {
      var timing = new TimeSources(Clocks.of(time), this, () -> 0.5);
      var means =
          new Means(
              timing, task -> schedule(Duration.ZERO, task), new SeededRandom(1), events::add);
      var settings =
          new FolderSettings(ROOM, LARGE, POLICY, List.of(KEY), () -> new Boot("boot", uptime()));
      var folder = disk.inNewProcess(settings, Runnable::run, Runnable::run, means);
      var store = new CircuitBreakingEntryStore(folder, means);
      var caches =
          new SharedTenantCaches(
              new CaffeineTenantCaches(TENANTS * SHARE, LARGE, TENANTS, _ -> {}),
              (tier, role) -> cache(tier, role, store, means));
      var tenants =
          new Tenants(
              new Tenants.Ports(
                  role -> caller -> assume(this, role, caller),
                  caches,
                  records(store, means),
                  Secrets::plain,
                  events::add),
              timing,
              new RetrievalSettings(POLICY, Duration.ofSeconds(10), Duration.ofMillis(500), 100),
              TENANTS);
      tenants.start();
      var roles = new RoleSelection(Optional.empty(), List.of("1"));
      return new AdmittedCallers(
          new AdmittedCallers.Ports(
              PodsOfANode.this::parse, roles, tenants, (it, _) -> it, events::add),
          timing,
          Duration.ofSeconds(10));
    }

    private Duration uptime() {
      return Duration.between(VirtualTime.START, time.instant());
    }

    private DurableRecord records(CircuitBreakingEntryStore store, Means means) {
      var memory = new CaffeineSecretCache(ROOM, LARGE, _ -> {});
      return SharedRecord.of(
          new SharedSecretCache.Local(memory, ROOM, 1, Duration.ofDays(36_500)),
          store,
          new Partitions(
              () -> Optional.of(SharedRecord.OWNER),
              KMS,
              List.of(KEY),
              FolderSettings.RECORDS,
              time),
          POLICY.maxStale(),
          means);
    }

    private SharedSecretCache cache(
        SecretCache tier, Principal role, CircuitBreakingEntryStore store, Means means) {
      return new SharedSecretCache(
          new SharedSecretCache.Local(tier, TENANTS * SHARE, TENANTS, Duration.ofDays(36_500)),
          store,
          new Partitions(() -> Optional.of(role), KMS, List.of(KEY), "kms-agent", time),
          POLICY,
          Secrets::plain,
          means);
    }
  }

  /** The agent is killed, and started with what is in its folder. */
  void restart() {
    run.ended = true;
    disk.kill();
    connections.clear();
    answers.replaceAll(answer -> answer.equals(NO_ANSWER) ? "killed" : answer);
    run = new Run();
    callers = run.callers();
  }

  void rotate(String role, String name) {
    versions.merge(pair(role, name), 1, Integer::sum);
  }

  static String pair(String one, String other) {
    return one + ' ' + other;
  }

  /** A token is replaced each half of its life. */
  private ConfidentialText token(String subject) {
    var period = TOKEN_LIFE.toSeconds() / 2;
    var issued = time.instant().getEpochSecond() / period * period;
    return new ConfidentialText(subject + "/" + issued);
  }

  private Optional<UnverifiedToken> parse(ConfidentialText token) {
    var parts = token.reveal().split("/", 2);
    var subject = new Subject("shop", parts[0]);
    var expiry = Instant.ofEpochSecond(Long.parseLong(parts[1])).plus(TOKEN_LIFE);
    return Optional.of(
        new FakeUnverifiedToken(
            subject,
            false,
            () ->
                down.contains("keys")
                    ? new TokenVerdict.Unverifiable("The keys of the cluster are missing.")
                    : new TokenVerdict.Verified(
                        new VerifiedPod(token, subject, "", expiry, expiry))));
  }

  private CompletionStage<GrantOutcome> assume(Run run, Principal role, VerifiedPod caller) {
    var pair = pair(caller.subject().serviceAccount(), name(role));
    return run.after(() -> heard(pair, decide(run, pair, role)));
  }

  private GrantOutcome decide(Run run, String pair, Principal role) {
    if (down.contains("sts")) {
      return new GrantOutcome.Undecided(
          new Unavailable(Unavailable.Cause.CREDENTIALS, "", "STS cannot be reached."));
    }
    var end = time.instant().plus(KEY_LIFE);
    return trusted.contains(pair)
        ? new GrantOutcome.Granted((query, _) -> fetch(run, name(role), query, end), end)
        : new GrantOutcome.RoleRefused(new IdentityRefused("AuthenticationFail", "No."));
  }

  private GrantOutcome heard(String pair, GrantOutcome outcome) {
    var now = time.instant();
    if (outcome instanceof GrantOutcome.Granted key) {
      said.put(pair, new Said(now, key.usableUntil(), null));
    } else if (outcome instanceof GrantOutcome.RoleRefused) {
      said.computeIfPresent(pair, (_, it) -> new Said(it.confirmedAt(), it.keyEnd(), now));
    }
    return outcome;
  }

  private CompletionStage<FetchOutcome> fetch(
      Run run, String role, SecretQuery query, Instant keyEnd) {
    if (!time.instant().isBefore(keyEnd)) {
      violations.add("KMS is asked with a key of " + role + " that has ended");
    }
    return run.after(() -> answer(role, query.name().value()));
  }

  private FetchOutcome answer(String role, String name) {
    if (down.contains("kms") || down.contains(role)) {
      return Secrets.unreachable();
    }
    var version = versions.getOrDefault(pair(role, name), 0);
    return denied.contains(pair(role, name))
        ? Secrets.denied()
        : new FetchOutcome.Fetched(
            Secrets.text(name, "v" + version, pair(role, name) + " v" + version));
  }

  private static String name(Principal role) {
    return role.value().substring(role.value().indexOf('/') + 1);
  }

  /** Reads over a kept connection, as the server does; the answer is judged when it comes. */
  void read(String subject, String role, String name) {
    var read = new Read(answers.size(), time.instant(), pair(subject, role), name);
    answers.add(NO_ANSWER);
    var known = Optional.ofNullable(connections.get(read.pair())).flatMap(CallerAccess::secrets);
    if (known.isPresent()) {
      retrieve(known.get(), read);
      return;
    }
    callers
        .admit(token(subject), Optional.of(role), "10.0.0.1")
        .thenAccept(
            admission -> {
              switch (admission) {
                case CallerAdmission.Admitted(var access) -> {
                  connections.put(read.pair(), access);
                  access
                      .secrets()
                      .ifPresentOrElse(
                          secrets -> retrieve(secrets, read), () -> note(read, "access ended"));
                }
                case CallerAdmission.Rejected(var reason, _, _, _) -> note(read, reason.toString());
              }
            });
  }

  private void retrieve(RetrieveSecret secrets, Read read) {
    secrets
        .retrieve(Secrets.current(read.name()), ReadMode.CACHED)
        .thenAccept(outcome -> judge(read, outcome));
  }

  private void judge(Read read, Retrieval outcome) {
    if (!(outcome instanceof Found found)) {
      note(read, ((NoSecret) outcome).getClass().getSimpleName());
      return;
    }
    var value = UTF_8.decode(found.entry().representation().body()).toString();
    note(read, found.state() + " " + value);
    var role = read.pair().substring(read.pair().indexOf(' ') + 1);
    if (!value.startsWith(pair(role, read.name()) + " ")) {
      violations.add(read + " got " + value);
    }
    var last = said.get(read.pair());
    if (last == null) {
      violations.add(read + " got a value though it was never granted");
    } else if (last.hasEnded(read.began()) || last.isOver(read.began())) {
      violations.add(read + " got a value though STS has said " + last);
    }
  }

  private void note(Read read, String what) {
    answers.set(read.place(), "%s %s: %s".formatted(read.pair(), read.name(), what));
  }
}
