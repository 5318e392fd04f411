package dev.kmsagent.bootstrap.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.memory.CaffeineTenantCaches;
import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.CircuitBreakingSecretSource;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.adapters.kms.resilience.KmsCalls;
import dev.kmsagent.adapters.kms.resilience.ProtectedCalls;
import dev.kmsagent.adapters.kms.resilience.RateLimitedCalls;
import dev.kmsagent.adapters.kms.resilience.RetryingSecretSource;
import dev.kmsagent.adapters.kms.resilience.SigningSecretSource;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.tenants.AdmittedCallers;
import dev.kmsagent.application.tenants.RoleSelection;
import dev.kmsagent.application.tenants.Tenants;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Admitted;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.UnverifiedToken;
import dev.kmsagent.testkit.FakeUnverifiedToken;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * A process in which each bound of a node's agent is reached at once, on virtual time: the roles,
 * grants, caches and waiting calls for real, with texts of the greatest length; all else as so many
 * bytes. It prints what each takes.
 */
final class FullNode {
  private static final int TENANTS = 100;
  private static final int GRANTS = 1000;
  private static final int KNOWN = RateLimitedCalls.MOST_KNOWN / TENANTS;
  private static final int SHARE = 20;
  private static final String WIDE = "\u4e2d";
  private static final Duration KEY_LIFE = Duration.ofHours(1);

  private final VirtualTime time = new VirtualTime();
  private final FairBulkhead calls = bulkhead(ProtectedCalls.MAX_CALLS);
  private final FairBulkhead exchanges = bulkhead(16);
  private final AdmittedCallers callers;
  private final List<Connection> connections = new ArrayList<>();
  private final List<Object> kept = new ArrayList<>();
  private int valueLength = 10;
  private String refused = "-";
  private boolean hangs;
  private int asked;
  private long before;

  /** What a connection remembers of its caller. */
  private record Connection(String sent, CallerAccess access) {}

  private FullNode() {
    var policy = new FreshnessPolicy(Duration.ofHours(9), 0, 0.8, Duration.ofHours(24));
    var settings =
        new RetrievalSettings(policy, Duration.ofSeconds(10), Duration.ofSeconds(1), 1000);
    var caches = new CaffeineTenantCaches(1000, 64 << 20, TENANTS, _ -> {});
    var tenants =
        new Tenants(
            new Tenants.Ports(this::role, caches, DurableRecord.NONE, Secrets::plain, _ -> {}),
            time.timing(),
            settings.ofOneAmong(TENANTS),
            TENANTS);
    var roles = new RoleSelection(Optional.of("acs:ram::1:role/{namespace}"), List.of("1"));
    this.callers =
        new AdmittedCallers(
            new AdmittedCallers.Ports(this::parse, roles, tenants, (it, _) -> it, _ -> {}),
            time.timing(),
            Duration.ofSeconds(10));
  }

  private FairBulkhead bulkhead(int permits) {
    return new FairBulkhead(permits, time.timing(), Runnable::run);
  }

  public static void main(String... ballast) {
    var node = new FullNode();
    node.fill(Integer.parseInt(ballast[0]));
    System.out.println("It serves: " + node.read(node.connections.getLast().access(), "kept"));
  }

  private void fill(int ballast) {
    measure("", 1, () -> {});
    measure("roles, granted and closed or open, on a connection", GRANTS, this::openRoles);
    var open =
        connections.subList(GRANTS - TENANTS, GRANTS).stream().map(Connection::access).toList();
    measure("tokens admitted", GRANTS, this::admitTokens);
    measure("failures", TENANTS * 2 * SHARE, () -> readAll(open, "failing", 2 * SHARE));
    measure("refusals", TENANTS * 2 * SHARE, () -> refuse(open));
    measure("wrong tokens", 4000, this::sendWrongTokens);
    valueLength = 66_000;
    measure("bytes of the cache", 64 << 20, () -> readAll(open, "large", 10));
    read(open.getLast(), "kept");
    hangs = true;
    asked = 0;
    measure("calls under way or waiting", 1032, () -> wait(open));
    measure(
        "exchanges under way or waiting",
        GRANTS,
        () -> connections.forEach(it -> it.access().secrets()));
    assertThat(asked).as("renewals").isEqualTo(GRANTS);
    measure(
        "the rest",
        ballast,
        () -> IntStream.range(0, ballast >> 16).forEach(_ -> kept.add(new byte[1 << 16])));
  }

  private void measure(String what, int count, Runnable step) {
    step.run();
    if (!hangs) {
      time.advance(Duration.ofSeconds(16));
    }
    var memory = ManagementFactory.getMemoryMXBean();
    IntStream.range(0, 4).forEach(_ -> memory.gc());
    var used = memory.getHeapMemoryUsage().getUsed();
    System.out.printf("%,14d  %,10d each: %s%n", used - before, (used - before) / count, what);
    before = used;
  }

  /** Each role of a namespace of its own; each opens in the place of another. */
  private void openRoles() {
    for (var i = 0; i < GRANTS; i++) {
      time.advance(Duration.ofMillis(100));
      var sent = token(i, "first", 8000);
      var access = ((Admitted) admit(sent, "10.0.0.1")).access();
      connections.add(new Connection(sent, access));
    }
  }

  private void admitTokens() {
    for (var i = 0; i < GRANTS; i++) {
      var caller = i;
      time.advance(Duration.ofMillis(1));
      IntStream.range(1, 16).forEach(more -> admit(token(caller, "more" + more, 10), "10.0.0.1"));
    }
  }

  private CallerAdmission admit(String token, String peer) {
    var admission = callers.admit(new ConfidentialText(token), Optional.empty(), peer);
    return admission.toCompletableFuture().resultNow();
  }

  /** Ends with so many letters. */
  private static String token(int caller, String what, int letters) {
    return "n%059d s%0250d %s ".formatted(caller, caller, what) + "x".repeat(letters);
  }

  private Optional<UnverifiedToken> parse(ConfidentialText token) {
    var parts = token.reveal().split(" ", -1);
    var subject = new Subject(parts[0], parts[1]);
    var end = time.instant().plus(Duration.ofHours(24));
    var verdict =
        parts[2].equals("wrong")
            ? TokenVerdict.MALFORMED
            : new TokenVerdict.Verified(new VerifiedPod(token, subject, parts[1], end, end));
    return Optional.of(new FakeUnverifiedToken(subject, false, () -> verdict));
  }

  private void readAll(List<CallerAccess> accesses, String what, int count) {
    for (var access : accesses) {
      IntStream.range(0, count).forEach(i -> read(access, name(what, i)));
    }
  }

  private static String name(String what, int number) {
    return (what + number + "-" + WIDE.repeat(512)).substring(0, 512);
  }

  private Retrieval read(CallerAccess access, String name) {
    return read(access, name, ReadMode.CACHED).resultNow();
  }

  private static CompletableFuture<Retrieval> read(
      CallerAccess access, String name, ReadMode mode) {
    var secrets = access.secrets().orElseThrow();
    return secrets.retrieve(Secrets.current(name), mode).toCompletableFuture();
  }

  /** Of names that were cached, and of others; forty a second of each role. */
  private void refuse(List<CallerAccess> accesses) {
    readAll(accesses, "revoked", SHARE);
    refused = "(revoked|refused).*";
    for (var i = 0; i < SHARE; i++) {
      time.advance(Duration.ofMillis(100));
      for (var access : accesses) {
        read(access, name("revoked", i), ReadMode.REFRESH_NOW).resultNow();
        read(access, name("refused", i));
      }
    }
  }

  private void sendWrongTokens() {
    for (var i = 0; i < 4000; i++) {
      var peer = "2001:0db8:0000:0000:0000:0000:%09d".formatted(i);
      var _ = callers.admit(new ConfidentialText(token(i, "wrong", 0)), Optional.empty(), peer);
    }
  }

  /** Keys are due for renewal after two thirds of their life. */
  private void wait(List<CallerAccess> open) {
    time.advance(KEY_LIFE.multipliedBy(2).dividedBy(3));
    for (var i = 0; i < 1032; i++) {
      var coming = read(open.get(i % TENANTS), name("waiting", i), ReadMode.CACHED);
      assertThat(coming).isNotDone();
      kept.add(coming);
    }
  }

  private KmsCalls inTurn(KmsCalls limited, Group group) {
    return (query, key, deadline) ->
        calls.call(
            group,
            deadline,
            () -> limited.call(query, key, deadline),
            () -> {
              throw new AssertionError("a call that got no turn");
            });
  }

  private AssumeRole role(Principal role) {
    var limited = new RateLimitedCalls((query, _, _) -> answer(query), 0, KNOWN, time.timing());
    var config = new KmsConfig.CircuitBreaker(true, Duration.ofSeconds(15));
    var breaker = CircuitBreakingSecretSource.breaker(config, time, _ -> {});
    return caller -> {
      asked++;
      var group = new Group(caller.subject().namespace(), role.value());
      return exchanges.call(
          group,
          time.instant().plusSeconds(10),
          () -> {
            if (hangs) {
              return new CompletableFuture<GrantOutcome>();
            }
            var key = new AccessKeyCredentials(SigningKey.temporary("i", "s", "t".repeat(8192)));
            var signing = new SigningSecretSource(inTurn(limited, group), key, time.timing());
            var retrying = new RetryingSecretSource(signing, 1, time.timing());
            var source = new CircuitBreakingSecretSource(retrying, breaker);
            IntStream.range(0, KNOWN)
                .forEach(i -> source.fetch(Secrets.current("known" + i), Instant.MAX));
            return CompletableFuture.completedStage(
                new GrantOutcome.Granted(source, time.instant().plus(KEY_LIFE)));
          },
          () -> {
            throw new AssertionError("an exchange that got no turn");
          });
    };
  }

  private CompletionStage<FetchOutcome> answer(SecretQuery query) {
    var name = query.name().value();
    return hangs
        ? new CompletableFuture<>()
        : CompletableFuture.completedStage(
            name.startsWith("failing")
                ? Secrets.unreachable()
                : name.matches(refused)
                    ? refusal(name)
                    : new FetchOutcome.Fetched(Secrets.text(name, "v1", "x".repeat(valueLength))));
  }

  private static Refused refusal(String name) {
    var message = (name + WIDE.repeat(1024)).substring(0, 1024);
    var error = new KmsError(403, "c".repeat(128), message, name.substring(0, 128));
    return new Refused(error, Refused.Scope.SECRET);
  }
}
