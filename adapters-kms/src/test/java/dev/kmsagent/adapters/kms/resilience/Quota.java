package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A KMS that throttles what is beyond its calls of a second. For one thread. */
final class Quota implements SecretSource {
  private final SecretSource inner;
  private final InstantSource clock;
  private final int perSecond;
  private long second;
  private int inSecond;
  private int calls;
  private int throttled;

  Quota(SecretSource inner, InstantSource clock, int perSecond) {
    this.inner = inner;
    this.clock = clock;
    this.perSecond = perSecond;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var now = clock.instant().getEpochSecond();
    inSecond = now == second ? inSecond + 1 : 1;
    second = now;
    calls++;
    if (inSecond <= perSecond) {
      return inner.fetch(query, deadline);
    }
    throttled++;
    return CompletableFuture.completedStage(Failing.of(Cause.THROTTLED));
  }

  int calls() {
    return calls;
  }

  int throttled() {
    return throttled;
  }
}
