package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.CredentialEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The key in use, whose it is, and how the attempts to renew it go. Anybody may look at the key,
 * its owner and why there is none; the rest is for one thread at a time.
 */
final class CurrentKey {
  private static final double EARLIEST_RENEWAL = 0.5;
  private static final double LATEST_RENEWAL = 0.8;

  private final RefreshTiming timing;
  private final RetryPause pause;

  private volatile ExpiringKey key = ExpiringKey.NONE;
  private volatile KeyOwner owner = new KeyOwner.Unnamed();
  private volatile NoSecret reason = unavailable("No credentials have been asked for yet.");
  private boolean isRefused;
  private int failures;
  private Duration untilNext = Duration.ZERO;

  CurrentKey(RefreshTiming timing) {
    this.timing = timing;
    this.pause = new RetryPause(timing);
  }

  ExpiringKey key() {
    return key;
  }

  /** As whom the issuer let us call last, and has not refused to since. */
  KeyOwner owner() {
    return owner;
  }

  /** Why there is no good key, if there is none. */
  NoSecret reason() {
    return reason;
  }

  boolean isGood() {
    return key.isGoodAt(now());
  }

  /** Whether the last attempt failed. */
  boolean isFailing() {
    return failures > 0;
  }

  /** When to make the next attempt; empty where the key lasts. */
  Optional<Duration> untilNext() {
    return Optional.of(untilNext).filter(_ -> isFailing() || !key.isLasting());
  }

  /** KMS does not accept the key. It stays in use for want of another. */
  void noteRefusal() {
    isRefused = true;
  }

  /** The next attempt must wait although the last did not fail. */
  void noteWait() {
    if (!isFailing()) {
      giveReason(unavailable("Too many credentials were asked for within a minute."));
    }
  }

  void giveReason(NoSecret reason) {
    this.reason = reason;
  }

  /** Takes the end of an attempt in; what there is to tell of it, if anything. */
  Optional<AgentEvent> take(Issue issue) {
    return switch (issue) {
      case Issue.Issued(var signingKey, var end, var whose) -> issued(signingKey, end, whose);
      case Issue.NotIssued(var why) -> Optional.of(failed(why));
    };
  }

  private Optional<AgentEvent> issued(SigningKey signingKey, Instant end, KeyOwner whose) {
    var isKnown = key.is(signingKey) && key.end().equals(end);
    var next = isKnown ? key : ExpiringKey.at(now(), signingKey, end);
    if (!next.isGoodAt(now())) {
      return Optional.of(failed(unavailable("The credentials that were issued are over.")));
    }
    var isNews = !isKnown || isFailing();
    isRefused = isRefused && isKnown;
    failures = 0;
    owner = whose;
    key = next;
    untilNext = untilRenewal();
    return isNews ? Optional.of(new CredentialEvent.CredentialsObtained(end)) : Optional.empty();
  }

  private Duration untilRenewal() {
    return key.isLasting()
        ? Duration.ZERO
        : timing.part(Duration.between(now(), key.end()), EARLIEST_RENEWAL, LATEST_RENEWAL);
  }

  private AgentEvent failed(NoSecret why) {
    reason = why;
    owner = ownerAfter(why);
    failures++;
    untilNext = pause.after(failures, isRefused ? Duration.ZERO : key.leftAt(now()));
    return isGood()
        ? new CredentialEvent.CredentialsNotRenewed(why, untilNext, key.end())
        : new CredentialEvent.CredentialsMissing(why, untilNext);
  }

  /** An outage says nothing of us. */
  private KeyOwner ownerAfter(NoSecret why) {
    return switch (why) {
      case IdentityRefused _ -> new KeyOwner.Unnamed();
      case Unavailable _, Refused _ -> owner;
    };
  }

  private Instant now() {
    return timing.clock().instant();
  }

  static Unavailable unavailable(String detail) {
    return new Unavailable(Unavailable.Cause.CREDENTIALS, "", detail);
  }
}
