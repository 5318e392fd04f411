package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Issues a new key each time it is asked, at first to nobody in particular, or says no, and keeps
 * the times. Thread-safe.
 */
final class FakeIssuer implements KeyIssuer {
  static final NoSecret DOWN =
      new Unavailable(Unavailable.Cause.CREDENTIALS, "", "A test took STS down.");
  static final NoSecret REFUSED =
      new IdentityRefused("AuthenticationFail.NoPermission", "A test refuses.");

  private final InstantSource clock;
  private final List<Instant> asked = new ArrayList<>();
  private Duration life = Duration.ofHours(1);
  private Optional<NoSecret> failure = Optional.empty();
  private Optional<Issue> fixed = Optional.empty();
  private Optional<Principal> owner = Optional.empty();

  FakeIssuer(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Issue issue() {
    asked.add(clock.instant());
    return failure.<Issue>map(Issue.NotIssued::new).or(() -> fixed).orElseGet(this::fresh);
  }

  private Issue fresh() {
    return new Issue.Issued(key(asked.size()), clock.instant().plus(life), owner);
  }

  /** The key that the attempt {@code number}, counted from 1, was given. */
  static SigningKey key(int number) {
    return SigningKey.temporary("STS." + number, "sk", "token");
  }

  synchronized void failWith(NoSecret reason) {
    failure = Optional.of(reason);
  }

  synchronized void heal() {
    failure = Optional.empty();
  }

  /** New keys are good for so long. */
  synchronized void life(Duration life) {
    this.life = life;
  }

  /** New keys are this one's. */
  synchronized void owner(Optional<Principal> owner) {
    this.owner = owner;
  }

  /** From now on always the same, of the owner that new keys have now. */
  synchronized void always(SigningKey signingKey, Instant end) {
    fixed = Optional.of(new Issue.Issued(signingKey, end, owner));
  }

  synchronized int asked() {
    return asked.size();
  }

  /** When it was asked, since {@link VirtualTime#START}. */
  synchronized List<Duration> askedAt() {
    return asked.stream().map(at -> Duration.between(VirtualTime.START, at)).toList();
  }
}
