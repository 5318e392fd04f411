package dev.kmsagent.bootstrap.soak;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Decides by the documented rules whether an answer is allowed. Thread-safe. */
final class Judge {
  /** The TTL that chance shortens most. */
  private static final long LEAST_TTL = Testbed.TTL.toNanos() * 9 / 10;

  private static final long TTL = Testbed.TTL.toNanos();
  private static final long MAX_STALE = Testbed.MAX_STALE.toNanos();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** In which a refusal reaches agents that can be told of it: {@code LocalTtlMillis}, and one. */
  private static final long SPREAD = 2 * SECOND;

  /** In which the rate of calls recovers after throttling. */
  private static final long SLOWED_DOWN = Duration.ofMinutes(15).toNanos();

  private static final int MOST_PRINTED = 100;

  private static final Set<String> OUTAGE =
      Set.of(
          "502 UpstreamUnavailable",
          "502 CredentialsUnavailable",
          "503 CircuitOpen",
          "503 Overloaded",
          "504 UpstreamTimeout",
          "429 Rejected.Throttling",
          "429 Throttling.User",
          "403 Forbidden.InDebt");

  private final Timeline timeline;
  private final SharedTokenFile token;
  private final List<Target> targets;
  private final PrintStream out;
  private final Map<String, LongAdder> allowed = new ConcurrentHashMap<>();
  private final AtomicLong notAllowed = new AtomicLong();
  private volatile long ended = Long.MAX_VALUE;

  Judge(Timeline timeline, SharedTokenFile token, List<Target> targets, PrintStream out) {
    this.timeline = timeline;
    this.token = token;
    this.targets = List.copyOf(targets);
    this.out = out;
  }

  /**
   * A read of a secret.
   *
   * @param before what the agent had shown to know when it began
   */
  record Read(
      Target target,
      KmsSecret secret,
      boolean refreshNow,
      long begin,
      long end,
      Knowledge.State before) {}

  /** What ends after now does not count. */
  void end() {
    ended = System.nanoTime();
  }

  /** Judges an answer, and notes what it shows. */
  void judge(Read read, ApplicationReply reply) {
    if (reply.isFound()) {
      judgeValue(read, reply);
    } else {
      judgeFailure(read, reply);
    }
  }

  private void judgeFailure(Read read, ApplicationReply reply) {
    if (reply.isRefusal()) {
      read.target().of(read.secret()).refused(read.begin(), read.end());
    }
    reason(read, reply)
        .ifPresentOrElse(
            reason -> allowed.computeIfAbsent(reason, _ -> new LongAdder()).increment(),
            () -> fail(read, "failed: " + reply.verdict()));
  }

  /** Why a read may fail in this way. */
  private Optional<String> reason(Read read, ApplicationReply reply) {
    if (reply.verdict().equals("403 Forbidden.Token")) {
      return token.changedDuring(read.begin(), read.end())
          ? Optional.of("the token is being replaced")
          : Optional.empty();
    }
    if (reply.isRefusal()) {
      return read.secret().refusals().stream()
              .anyMatch(refusal -> refusal.mayAffect(read.begin(), read.end()))
          ? Optional.of("KMS refuses the secret")
          : Optional.empty();
    }
    return isSurelyCached(read) ? Optional.empty() : outage(read, reply.verdict());
  }

  /** Whether the agent must have a value that it may serve, whatever does not answer. */
  private boolean isSurelyCached(Read read) {
    var readAt = read.before().readAt();
    if (read.refreshNow() || readAt == Long.MIN_VALUE || isRefusedSince(readAt, read)) {
      return false;
    }
    var lapses = readAt + LEAST_TTL;
    return read.end() <= (isRefusedIdentity(readAt, read) ? lapses : lapses + MAX_STALE);
  }

  /** Whether the agent may have been without an identity between a time and this read. */
  private boolean isRefusedIdentity(long since, Read read) {
    return timeline.during(since, read.end(), read.target()).stream()
        .anyMatch(window -> window.effect() == Window.Effect.IDENTITY_REFUSED);
  }

  private static boolean isRefusedSince(long time, Read read) {
    return read.secret().refusals().stream()
        .anyMatch(refusal -> refusal.mayAffect(time, read.end()));
  }

  /** The outage that allows a read of what is not cached to fail. */
  Optional<String> outage(Read read, String verdict) {
    return outage(read.target(), read.begin(), read.end(), verdict);
  }

  private Optional<String> outage(Target target, long begin, long end, String verdict) {
    if (!OUTAGE.contains(verdict)) {
      return Optional.empty();
    }
    var from = verdict.equals("503 Overloaded") ? begin - SLOWED_DOWN : begin;
    return timeline.during(from, end, target).stream()
        .filter(window -> window.effect() != Window.Effect.NONE)
        .filter(window -> window.overlaps(begin, end) || window.effect() == Window.Effect.THROTTLED)
        .map(window -> window.effect().toString())
        .max(String::compareTo);
  }

  /** A secret that nobody has: it is not found, unless nobody can be asked. */
  void judgeMissing(Target target, long begin, long end, ApplicationReply reply) {
    if (reply.verdict().equals("404 Forbidden.ResourceNotFound")) {
      return;
    }
    outage(target, begin, end, reply.verdict())
        .ifPresentOrElse(
            reason -> allowed.computeIfAbsent(reason, _ -> new LongAdder()).increment(),
            () -> fail(target, begin, end, "a secret that does not exist: " + reply.verdict()));
  }

  private void judgeValue(Read read, ApplicationReply reply) {
    var number = read.secret().versionOf(reply.value());
    if (number == 0) {
      fail(read, "not a value of this secret: " + reply);
      return;
    }
    var version = read.secret().version(number);
    var readAt = read.begin() - (reply.age() + 1) * SECOND;
    check(read, reply, number, version);
    var isSurelyAfter = number == 1 || readAt > read.secret().version(number - 1).until();
    read.target().of(read.secret()).served(readAt, isSurelyAfter ? number : 0);
  }

  private void check(Read read, ApplicationReply reply, int number, KmsSecret.Version version) {
    if (reply.age() * SECOND > TTL + MAX_STALE + SECOND) {
      fail(read, "past the stale bound: " + reply.age() + " s old");
    }
    if (read.begin() - (read.refreshNow() ? 0 : TTL) > version.until() && !reply.isStale()) {
      fail(read, "superseded, and not marked as stale: version " + number + ", " + reply.cache());
    }
    if (reply.isStale() && read.refreshNow()) {
      fail(read, "stale in spite of refreshNow");
    }
    if (number < read.before().newest() && !isRefusedIdentity(read.before().newestAt(), read)) {
      fail(
          read,
          "older than a value served before: version %d after %d, %s, %d s old"
              .formatted(number, read.before().newest(), reply.cache(), reply.age()));
    }
    read.secret().refusals().stream()
        .filter(refusal -> refusal.holds(read.begin(), read.end()))
        .findFirst()
        .ifPresent(refusal -> checkRefused(read, reply, refusal));
  }

  private void checkRefused(Read read, ApplicationReply reply, KmsSecret.Refusal refusal) {
    if (!reply.isStale() && read.begin() > refusal.inForce() + TTL) {
      fail(read, "fresh, although KMS refuses it for longer than a TTL: " + reply.cache());
    }
    if (knowsOf(refusal, read.before(), read.begin())) {
      fail(read, "served although the agent knows that KMS refuses it: " + reply.cache());
    } else if (isToldOf(refusal, read)) {
      fail(read, "served although the agent was told that KMS refuses it: " + reply.cache());
    }
  }

  private static boolean knowsOf(KmsSecret.Refusal refusal, Knowledge.State known, long time) {
    return known.refusedFrom() >= refusal.begin() && known.refusedAt() <= time;
  }

  /** Another agent knows, and nothing keeps it from telling. */
  private boolean isToldOf(KmsSecret.Refusal refusal, Read read) {
    var others =
        targets.stream()
            .filter(target -> target.identity() == read.target().identity())
            .map(target -> target.of(read.secret()).now())
            .anyMatch(known -> knowsOf(refusal, known, read.begin() - SPREAD));
    return others
        && targets.stream()
            .allMatch(
                target -> timeline.during(refusal.begin() - TTL, read.end(), target).isEmpty());
  }

  private void fail(Read read, String what) {
    var subject = read.secret() + (read.refreshNow() ? " with refreshNow" : "");
    var changes =
        read.secret().refusals().stream()
            .filter(refusal -> refusal.mayAffect(read.begin() - MAX_STALE, read.end()))
            .map(refusal -> "refused from " + at(refusal.begin()) + " to " + at(refusal.lifted()))
            .collect(Collectors.joining(", "));
    var known = read.before();
    var cached = known.readAt() == Long.MIN_VALUE ? "nothing" : "read at " + at(known.readAt());
    fail(
        read.target(),
        read.begin(),
        read.end(),
        "%s: %s (known: %s; %s)".formatted(subject, what, cached, changes));
  }

  private String at(long time) {
    return time == Long.MAX_VALUE
        ? "now"
        : "%.3f s".formatted(Window.seconds(time - timeline.start()));
  }

  /** Something that must not be. */
  void fail(Target target, long begin, long end, String what) {
    if (end > ended) {
      return;
    }
    var during =
        timeline.during(begin - 5 * SECOND, end, target).stream()
            .map(window -> window.relativeTo(timeline.start()))
            .collect(Collectors.joining("; "));
    var line =
        "NOT ALLOWED %s to %s, %s, %s; then: %s"
            .formatted(at(begin), at(end), target, what, during);
    if (notAllowed.incrementAndGet() <= MOST_PRINTED) {
      out.println(line);
    }
  }

  /** The number of failures that are allowed, by reason. */
  Map<String, Long> allowed() {
    return allowed.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> entry.getValue().sum(), Long::sum, TreeMap::new));
  }

  long notAllowed() {
    return notAllowed.get();
  }
}
