package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Limits the calls of STS for roles that a subject has no key of: ten in ten seconds for each
 * subject, and a fifth of what STS allows an account (100 a second) for all of this agent. The
 * renewal of a key is not limited, so that new callers cannot end the access of others.
 * Thread-safe.
 */
final class RoleAttempts {
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final int OF_SUBJECT = 10;
  private static final int OF_ALL = 200;

  private final Deque<Attempt> latest = new ArrayDeque<>();

  private record Attempt(Subject subject, Instant at) {}

  /** Counts an attempt; false: it must not be made. */
  synchronized boolean admits(Subject subject, Instant now) {
    latest.removeIf(attempt -> !attempt.at().isAfter(now.minus(WINDOW)));
    var own = latest.stream().filter(attempt -> attempt.subject().equals(subject)).count();
    return latest.size() < OF_ALL && own < OF_SUBJECT && latest.add(new Attempt(subject, now));
  }
}
