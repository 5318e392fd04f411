package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;

/** An STS with a quota that issues keys for an hour, and can be out of reach. For one thread. */
final class SimulatedSts implements KeyIssuer {
  static final Duration LIFE = Duration.ofHours(1);

  private final VirtualTime time;
  private final CountedCalls calls;
  private int issued;

  SimulatedSts(VirtualTime time, CallQuota quota) {
    this.time = time;
    this.calls = new CountedCalls(time, quota);
  }

  CountedCalls calls() {
    return calls;
  }

  @Override
  public Issue issue() {
    return switch (calls.count()) {
      case THROTTLED -> failed("Throttling.User");
      case LOST -> failed("");
      case ANSWERED -> issued();
    };
  }

  private Issue issued() {
    issued++;
    var key = SigningKey.temporary("STS." + issued, "a key", "a token");
    return new Issue.Issued(key, time.instant().plus(LIFE), Optional.empty());
  }

  private static Issue failed(String code) {
    return new Issue.NotIssued(
        new Unavailable(Unavailable.Cause.CREDENTIALS, code, "STS does not issue a key now."));
  }
}
