package dev.kmsagent.application.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Admitted;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.TenantCaches;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.UnverifiedToken;
import dev.kmsagent.testkit.FakeDurableRecords;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.FakeUnverifiedToken;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Callers, a cluster whose tokens read {@code NAMESPACE/SERVICE-ACCOUNT/POD}, an STS that grants
 * what it is told to, and KMS, which gives each role a value of its own.
 */
final class PodBench {
  static final Duration TTL = Duration.ofMinutes(5);
  static final Duration MAX_STALE = Duration.ofHours(2);
  static final Duration TOKEN_LIFE = Duration.ofHours(12);
  static final Duration KEY_LIFE = Duration.ofHours(1);
  static final String APP = "kms.shop.app";

  final VirtualTime time;
  final RecordingEvents events = new RecordingEvents();
  final Sts sts;
  final FakeDurableRecords records;
  final Caches caches;
  final Tenants tenants;
  final AdmittedCallers callers;
  int verified;
  private final Set<String> genuine = new HashSet<>();

  PodBench() {
    this(100);
  }

  PodBench(int maxTenants) {
    this(maxTenants, Optional.empty());
  }

  private PodBench(int maxTenants, Optional<PodBench> before) {
    time = before.map(it -> it.time).orElseGet(VirtualTime::new);
    sts = before.map(it -> it.sts).orElseGet(Sts::new);
    records = before.map(it -> it.records).orElseGet(() -> new FakeDurableRecords(time, MAX_STALE));
    caches = new Caches(before.map(it -> it.caches.latest).orElseGet(Map::of));
    var timing = time.timing();
    var policy = new FreshnessPolicy(TTL, 0, 0.8, MAX_STALE);
    tenants =
        new Tenants(
            new Tenants.Ports(sts::role, caches, records, Secrets::plain, events),
            timing,
            new RetrievalSettings(policy, Duration.ofSeconds(10), Duration.ofMillis(500), 1000),
            maxTenants);
    callers =
        new AdmittedCallers(
            new AdmittedCallers.Ports(
                this::parse,
                new RoleSelection(
                    Optional.of("acs:ram::1:role/kms.{namespace}.{serviceAccount}"),
                    List.of("1", "2")),
                tenants,
                (retrieval, _) -> retrieval,
                events),
            timing,
            Duration.ofSeconds(10));
    tenants.start();
  }

  /** The agent is killed, and started with what outlives that: records, and what was cached. */
  PodBench restart(int maxTenants) {
    tenants.close();
    return new PodBench(maxTenants, Optional.of(this));
  }

  /** Each with three parts is genuine; one with a fourth is not what it claims to be. */
  private Optional<UnverifiedToken> parse(ConfidentialText token) {
    var parts = token.reveal().split("/", -1);
    return parts.length < 3
        ? Optional.empty()
        : Optional.of(
            new FakeUnverifiedToken(
                new Subject(parts[0], parts[1]),
                genuine.contains(token.reveal()),
                () -> verdict(token, parts)));
  }

  private TokenVerdict verdict(ConfidentialText token, String... parts) {
    verified++;
    if (parts.length > 3) {
      return new TokenVerdict.Rejected("no token of this cluster");
    }
    genuine.add(token.reveal());
    var end = time.instant().plus(TOKEN_LIFE);
    return new TokenVerdict.Verified(
        new VerifiedPod(token, new Subject(parts[0], parts[1]), parts[2], end, end));
  }

  static String arn(String role) {
    return "acs:ram::1:role/" + role;
  }

  CompletableFuture<CallerAdmission> coming(String token, Optional<String> role) {
    return callers.admit(new ConfidentialText(token), role, "10.0.0.1").toCompletableFuture();
  }

  CallerAdmission admit(String token) {
    return admit(token, Optional.empty());
  }

  CallerAdmission admit(String token, Optional<String> role) {
    var answer = coming(token, role);
    assertThat(answer).as("the admission, at once").isCompleted();
    return answer.join();
  }

  static void assertRejected(CallerAdmission admission, Reason reason) {
    assertThat(admission).extracting("reason").isEqualTo(reason);
  }

  CallerAccess admitted(String token) {
    return ((Admitted) admit(token)).access();
  }

  CallerAccess admitted(String token, String role) {
    return ((Admitted) admit(token, Optional.of(role))).access();
  }

  /** What a read with this access gives; the access is still good. */
  static Retrieval read(CallerAccess access, String name) {
    return read(access.secrets().orElseThrow(), name);
  }

  static Retrieval read(RetrieveSecret secrets, String name) {
    return secrets.retrieve(Secrets.current(name), ReadMode.CACHED).toCompletableFuture().join();
  }

  /** STS and KMS: each role has a secret {@code db} with the role's name as its value. */
  final class Sts {
    private final Map<Principal, Function<VerifiedPod, GrantOutcome>> answers = new HashMap<>();
    private final Map<Principal, FakeSecretSource> secrets = new HashMap<>();
    private Optional<CompletableFuture<GrantOutcome>> hanging = Optional.empty();
    final List<String> calls = new ArrayList<>();
    final List<String> signedFor = new CopyOnWriteArrayList<>();

    private AssumeRole role(Principal role) {
      return caller -> {
        calls.add(caller.presented().reveal() + " " + role);
        return hanging.isPresent()
            ? hanging.get()
            : CompletableFuture.completedStage(
                answers.getOrDefault(role, it -> granted(it, role)).apply(caller));
      };
    }

    GrantOutcome granted(VerifiedPod caller, Principal role) {
      var source = kms(role.value());
      return new GrantOutcome.Granted(
          (query, deadline) -> {
            signedFor.add(caller.subject().serviceAccount());
            return source.fetch(query, deadline);
          },
          time.instant().plus(KEY_LIFE));
    }

    FakeSecretSource kms(String arn) {
      return secrets.computeIfAbsent(
          new Principal(arn),
          _ -> {
            var source = new FakeSecretSource(time);
            source.hold("db", "v1", arn);
            return source;
          });
    }

    void answer(String role, GrantOutcome outcome) {
      answer(role, _ -> outcome);
    }

    void answer(String role, Function<VerifiedPod, GrantOutcome> outcome) {
      answers.put(new Principal(arn(role)), outcome);
    }

    void recover(String role) {
      answers.remove(new Principal(arn(role)));
    }

    /** From now on calls are answered again. */
    void resume() {
      hanging = Optional.empty();
    }

    /** From now on no call is answered until the test completes the stage. */
    CompletableFuture<GrantOutcome> hang() {
      var answer = new CompletableFuture<GrantOutcome>();
      hanging = Optional.of(answer);
      return answer;
    }
  }

  static GrantOutcome down() {
    return new GrantOutcome.Undecided(
        new Unavailable(Unavailable.Cause.CREDENTIALS, "", "STS cannot be reached."));
  }

  static GrantOutcome roleRefused() {
    return new GrantOutcome.RoleRefused(refusal("AuthenticationFail.NoPermission"));
  }

  static GrantOutcome tokenRefused() {
    return new GrantOutcome.TokenRefused(refusal("AuthenticationFail.OIDCToken.Expired"));
  }

  private static NoSecret refusal(String code) {
    return new IdentityRefused(code, "No: " + code + ".");
  }

  /** Counts the caches that are open, which have no bound. */
  static final class Caches implements TenantCaches {
    final List<SecretCache> open = new CopyOnWriteArrayList<>();
    private final Map<Principal, FakeSecretCache> latest = new ConcurrentHashMap<>();
    private final Map<Principal, FakeSecretCache> before;

    /**
     * @param before a restart
     */
    Caches(Map<Principal, FakeSecretCache> before) {
      this.before = before;
    }

    @Override
    public SecretCache open(Principal role) {
      var cache = new FakeSecretCache();
      var query = Secrets.current("db");
      Optional.ofNullable(before.get(role))
          .flatMap(it -> it.find(query))
          .ifPresent(entry -> cache.holdElsewhere(query, entry));
      latest.put(role, cache);
      open.add(cache);
      return cache;
    }

    @Override
    public void close(SecretCache cache) {
      open.remove(cache);
      latest.values().remove(cache);
    }
  }
}
