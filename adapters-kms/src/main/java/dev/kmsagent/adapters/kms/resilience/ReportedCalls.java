package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.KmsEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/** Publishes an event for each call, with its outcome and duration. Thread-safe. */
public final class ReportedCalls implements KmsCalls {
  private final KmsCalls inner;
  private final InstantSource clock;
  private final AgentEvents events;

  public ReportedCalls(KmsCalls inner, InstantSource clock, AgentEvents events) {
    this.inner = inner;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    var begun = clock.instant();
    return Outcomes.observe(
        () -> inner.call(query, signingKey, deadline), outcome -> report(query, outcome, begun));
  }

  private void report(SecretQuery query, FetchOutcome outcome, Instant begun) {
    var took = Duration.between(begun, clock.instant());
    events.publish(
        new KmsEvent.KmsCalled(query, outcome, took.isNegative() ? Duration.ZERO : took));
  }
}
