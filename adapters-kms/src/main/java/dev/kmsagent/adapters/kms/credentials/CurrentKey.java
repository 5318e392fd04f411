package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CredentialEvent;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The key in use, its owner, and how the attempts to refresh it went. Any thread may read the key,
 * its owner and why there is none; the rest is for one thread at a time.
 */
final class CurrentKey {
  private static final long LEAST_PAUSE_MILLIS = TimeUnit.SECONDS.toMillis(1);
  private static final long USUAL_PAUSE_MILLIS = TimeUnit.MINUTES.toMillis(1);
  private static final long LONGEST_PAUSE_MILLIS = TimeUnit.MINUTES.toMillis(10);
  private static final int PARTS_OF_LIFE = 10;

  private final TimeSources timing;
  private final DurableRecord record;

  private volatile ExpiringKey key = ExpiringKey.NONE;
  private volatile Optional<Principal> owner = Optional.empty();

  /** To when it counts: without end, unless it is known from before a restart. */
  private volatile Instant ownerUntil = Instant.MAX;

  private boolean hasAnswered;
  private volatile NoSecret reason =
      CredentialFailure.unavailable("", "No credentials have been asked for yet.");
  private boolean isRefused;
  private int failures;
  private Duration untilNext = Duration.ZERO;

  CurrentKey(TimeSources timing, DurableRecord record) {
    this.timing = timing;
    this.record = record;
  }

  /** The key, if it can be used now. */
  Optional<SigningKey> usable() {
    return Optional.of(key).filter(it -> it.isUsableAt(timing.now())).map(ExpiringKey::signingKey);
  }

  boolean is(SigningKey other) {
    return key.signingKey().equals(other);
  }

  /**
   * The owner of the latest key, unless the issuer has refused since to issue another. Until the
   * issuer has answered, the one from before a restart.
   */
  Optional<Principal> owner() {
    return ownerUntil.equals(Instant.MAX) || timing.now().isBefore(ownerUntil)
        ? owner
        : Optional.empty();
  }

  /** Who the owner was before a restart; empty once one is known or the issuer has answered. */
  CompletionStage<Optional<Fact>> findOwner() {
    return hasAnswered || owner().isPresent()
        ? CompletableFuture.completedStage(Optional.empty())
        : record.find();
  }

  /** Takes the owner from before a restart; returns the event to publish, if any. */
  Optional<AgentEvent> restore(Fact before) {
    if (hasAnswered) {
      return Optional.empty();
    }
    var principal = new Principal(before.text());
    ownerUntil = before.until();
    owner = Optional.of(principal);
    return Optional.of(new CredentialEvent.PrincipalRestored(principal, before.until()));
  }

  /** Completes once no restart brings back an owner that this outcome refuses. */
  CompletionStage<?> eraseIfRefused(Issue issue) {
    return issue instanceof Issue.NotIssued(IdentityRefused _)
        ? record.erase()
        : CompletableFuture.completedStage(issue);
  }

  /** Why there is no usable key, if there is none. */
  NoSecret reason() {
    return reason;
  }

  /** Whether the last attempt failed. */
  boolean isFailing() {
    return failures > 0;
  }

  /** When to make the next attempt; empty where the key has no end. */
  Optional<Duration> untilNext() {
    return Optional.of(untilNext).filter(_ -> isFailing() || !key.isLasting());
  }

  /** KMS refuses the key. It stays in use until there is another. */
  void noteRefusal() {
    isRefused = true;
  }

  /** The next attempt must wait although the last did not fail. */
  void noteWait() {
    if (!isFailing()) {
      reason =
          CredentialFailure.unavailable("", "Too many credentials were asked for within a minute.");
    }
  }

  void noteClosing() {
    reason = CredentialFailure.unavailable("", "The agent is closing.");
  }

  /** Applies the outcome of an attempt; returns the event to publish, if any. */
  Optional<AgentEvent> apply(Issue issue) {
    return issue.fold(
        key -> issued(key.signingKey(), key.end(), key.owner()),
        reason -> Optional.of(failed(reason)));
  }

  private Optional<AgentEvent> issued(
      SigningKey signingKey, Instant stated, Optional<Principal> whose) {
    var end = timing.clocks().toAgent(stated);
    var isKnown = is(signingKey) && key.end().equals(end);
    var next = isKnown ? key : ExpiringKey.issued(timing.now(), signingKey, end);
    if (!next.isUsableAt(timing.now())) {
      return Optional.of(
          failed(CredentialFailure.unavailable("", "The credentials that were issued are over.")));
    }
    var isNews = !isKnown || isFailing();
    isRefused = isRefused && isKnown;
    failures = 0;
    answered(whose);
    if (whose.isPresent()) {
      record.keep(whose.get().value());
    } else {
      var _ = record.erase();
    }
    key = next;
    untilNext =
        key.isLasting()
            ? Duration.ZERO
            : timing.untilRenewal(Duration.between(timing.now(), key.end()));
    return isNews ? Optional.of(new CredentialEvent.CredentialsObtained(end)) : Optional.empty();
  }

  private void answered(Optional<Principal> whose) {
    hasAnswered = true;
    ownerUntil = Instant.MAX;
    owner = whose;
  }

  /** An outage does not change the owner; a refusal does. */
  private AgentEvent failed(NoSecret why) {
    reason = why;
    if (why instanceof IdentityRefused) {
      answered(Optional.empty());
    }
    failures++;
    var usableFor = isRefused ? Duration.ZERO : Duration.between(timing.now(), key.usableUntil());
    untilNext = timing.backoff(failures, longestPause(usableFor));
    return key.isUsableAt(timing.now())
        ? new CredentialEvent.CredentialsNotRenewed(why, untilNext, key.end())
        : new CredentialEvent.CredentialsMissing(why, untilNext);
  }

  /**
   * The bound on the pauses. An agent whose key stays usable for long waits up to a tenth of that
   * time, so that agents without a key get through first, and no longer than the key stays usable.
   */
  private static Duration longestPause(Duration usableFor) {
    // The time of a key without end has more milliseconds than a long holds, and is cut.
    var usable = TimeUnit.MILLISECONDS.convert(usableFor);
    var longest = Math.clamp(usable / PARTS_OF_LIFE, USUAL_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
    return Duration.ofMillis(
        usableFor.isPositive() ? Math.clamp(usable, LEAST_PAUSE_MILLIS, longest) : longest);
  }
}
