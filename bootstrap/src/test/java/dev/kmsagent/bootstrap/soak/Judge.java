package dev.kmsagent.bootstrap.soak;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.testkit.http.AgentAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Decides by the documented rules whether an answer is allowed. Thread-safe. */
final class Judge {
  /** No time. */
  static final long NEVER = Long.MIN_VALUE;

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long TTL = Testbed.TTL.toNanos();

  /** The TTL that chance shortens most. */
  private static final long LEAST_TTL = TTL * 9 / 10;

  private static final long MAX_STALE = Testbed.MAX_STALE.toNanos();

  /** In which the rate of calls recovers after throttling. */
  private static final long SLOWED_DOWN = Duration.ofMinutes(15).toNanos();

  private static final int MOST_PRINTED = 100;
  private static final Set<String> REFUSALS =
      Set.of("403 Forbidden.NoPermission", "409 Rejected.ResourceInDeleteWindow");
  private static final Set<String> FAILURES =
      Set.of(
          "502 UpstreamUnavailable",
          "502 CredentialsUnavailable",
          "503 CircuitOpen",
          "503 Overloaded",
          "504 UpstreamTimeout",
          "429 Rejected.Throttling",
          "429 Throttling.User",
          "403 Forbidden.InDebt");

  private final Testbed testbed;
  private final long start = System.nanoTime();
  private final List<Window> windows = new CopyOnWriteArrayList<>();
  private final Map<String, AtomicLong> counts = new ConcurrentSkipListMap<>();
  private final AtomicLong notAllowed = new AtomicLong();

  /** What an outage allows to fail. */
  enum Effect {
    /** Reads of values that the agent need not have in its cache. */
    UNAVAILABLE("KMS, STS or the metadata service does not answer; nothing is cached"),
    /** The same, and later ones because the agent has slowed down. */
    THROTTLED("KMS throttles; nothing is cached"),
    /** Reads of values that are not surely fresh. */
    IDENTITY_REFUSED("the identity of the agent is refused; nothing fresh is cached");

    private final String meaning;

    Effect(String meaning) {
      this.meaning = meaning;
    }
  }

  /** The time of an outage, until its effects are over. */
  static final class Window {
    private final Effect effect;
    private final long begin = System.nanoTime();
    private volatile long end = Long.MAX_VALUE;

    private Window(Effect effect) {
      this.effect = effect;
    }

    private boolean overlaps(long from, long to) {
      return begin <= to && from <= end;
    }

    void end() {
      end = System.nanoTime();
    }
  }

  /**
   * A read of a secret.
   *
   * @param readAt when the value was read that the agent had shown to hold when it began
   */
  record Read(
      Target target, KmsSecret secret, boolean refreshNow, long begin, long end, long readAt) {}

  Judge(Testbed testbed) {
    this.testbed = testbed;
  }

  /** An outage begins. */
  Window begin(Effect effect) {
    var window = new Window(effect);
    windows.add(window);
    return window;
  }

  /** Notes what happens. */
  void note(String what) {
    System.out.printf("%.1f s: %s%n", (System.nanoTime() - start) / 1e9, what);
  }

  void count(String what, long more) {
    counts.computeIfAbsent(what, _ -> new AtomicLong()).addAndGet(more);
  }

  /** Something that must not be. */
  void fail(Object who, String what) {
    if (notAllowed.incrementAndGet() <= MOST_PRINTED) {
      note("NOT ALLOWED, " + who + ", " + what);
    }
  }

  private void fail(Read read, AgentAnswer answer, String what) {
    var ago = read.readAt() == NEVER ? -1 : (read.end() - read.readAt()) / 1e9;
    fail(
        read.target(),
        "%s%s, %s, %s s old: %s (cached value read %.1f s ago, request took %.1f s)"
            .formatted(
                read.secret(),
                read.refreshNow() ? " with refreshNow" : "",
                answer.status() == 200 ? answer.cacheStatus() : answer.verdict(),
                age(answer),
                what,
                ago,
                (read.end() - read.begin()) / 1e9));
  }

  /** Judges an answer, and notes what it shows. */
  void judge(Read read, AgentAnswer answer) {
    count("reads of secrets", 1);
    if (answer.status() == 200) {
      judgeValue(read, answer);
      return;
    }
    var reason = reason(read, answer.verdict());
    if (reason.isEmpty()) {
      fail(read, answer, "must not fail");
    } else {
      count("failed: " + reason, 1);
    }
  }

  /** Why a read may fail in this way; empty if it may not. */
  private String reason(Read read, String verdict) {
    if (verdict.equals("403 Forbidden.Token")) {
      return testbed.isTokenSettled(read.begin()) ? "" : "the token is being replaced";
    }
    if (REFUSALS.contains(verdict)) {
      return read.secret().mayBeRefused(read.begin(), read.end()) ? "KMS refuses the secret" : "";
    }
    return isSurelyCached(read) ? "" : outage(read.begin(), read.end(), verdict);
  }

  /** Whether the agent must have a value that it may serve, whatever does not answer. */
  private boolean isSurelyCached(Read read) {
    var readAt = read.readAt();
    if (read.refreshNow() || readAt == NEVER || read.secret().mayBeRefused(readAt, read.end())) {
      return false;
    }
    var isIdentityRefused =
        windows.stream()
            .anyMatch(
                it -> it.effect == Effect.IDENTITY_REFUSED && it.overlaps(readAt, read.end()));
    return read.end() <= readAt + LEAST_TTL + (isIdentityRefused ? 0 : MAX_STALE);
  }

  /** The outage that allows a read of what is not cached to fail; empty if there is none. */
  private String outage(long begin, long end, String verdict) {
    var slowed = verdict.equals("503 Overloaded") ? begin - SLOWED_DOWN : begin;
    return windows.stream()
        .filter(_ -> FAILURES.contains(verdict))
        .filter(it -> it.overlaps(it.effect == Effect.THROTTLED ? slowed : begin, end))
        .map(it -> it.effect.meaning)
        .findFirst()
        .orElse("");
  }

  /** A secret that nobody has: it is not found, unless nobody can be asked. */
  void judgeMissing(Target target, long begin, long end, String verdict) {
    var isToken = verdict.equals("403 Forbidden.Token") && !testbed.isTokenSettled(begin);
    if (!verdict.equals("404 Forbidden.ResourceNotFound")
        && !isToken
        && outage(begin, end, verdict).isEmpty()) {
      fail(target, "a secret that does not exist: " + verdict);
    }
  }

  /** The seconds since the call to KMS. */
  private static long age(AgentAnswer answer) {
    var age = answer.header("Age");
    return age.isEmpty() ? 0 : Long.parseLong(age);
  }

  private void judgeValue(Read read, AgentAnswer answer) {
    var version = read.secret().versionOf(answer.text("SecretData"));
    if (version == 0) {
      fail(read, answer, "not a value of this secret");
      return;
    }
    read.target().served(read.secret(), read.begin() - (age(answer) + 1) * SECOND);
    var isStale = answer.cacheStatus().contains("stale-if-error");
    var fresh = read.refreshNow() ? 0 : TTL;
    if (age(answer) * SECOND > TTL + MAX_STALE + SECOND) {
      fail(read, answer, "past the stale bound");
    }
    if (isStale && read.refreshNow()) {
      fail(read, answer, "stale in spite of refreshNow");
    }
    if (!isStale && read.begin() - fresh > read.secret().end(version)) {
      fail(read, answer, "superseded, and not marked as stale: version " + version);
    }
    if (!isStale && read.secret().isRefusedThroughout(read.begin() - TTL, read.end())) {
      fail(read, answer, "fresh, although KMS refuses it for longer than a TTL");
    }
  }

  boolean isGood() {
    return notAllowed.get() == 0;
  }

  /** What was done, and what came of it. */
  String report() {
    return counts.entrySet().stream()
            .map(row -> "| %s | %,d |%n".formatted(row.getKey(), row.getValue().get()))
            .collect(joining("", "| what | times |\n|---|---|\n", "| **not allowed** | **"))
        + notAllowed
        + "** |\n";
  }
}
