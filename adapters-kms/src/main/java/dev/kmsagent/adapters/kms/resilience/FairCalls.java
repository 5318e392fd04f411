package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Calls of one group, which shares a bulkhead with others. A call waits before the rate limit, so
 * that it holds none of its tokens. Thread-safe.
 */
public record FairCalls(KmsCalls inner, FairBulkhead bulkhead, Group group, AgentEvents events)
    implements KmsCalls {
  /** How many calls an agent makes at the same time. */
  public static final int MAX_CALLS = 32;

  private static final Unavailable FULL =
      new Unavailable(
          Unavailable.Cause.BULKHEAD_FULL, "", "Too many calls to KMS are under way or wait.");

  @Override
  public CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    return bulkhead.call(
        group, deadline, () -> inner.call(query, signingKey, deadline), () -> refuse(query));
  }

  private FetchOutcome refuse(SecretQuery query) {
    events.publish(new KmsEvent.CallNotMade(query, FULL));
    return FULL;
  }
}
