package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.KmsEvent;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/** Publishes each call to KMS, with its outcome and duration. Thread-safe. */
public final class ReportingSecretSource implements SecretSource {
  private final SecretSource inner;
  private final InstantSource clock;
  private final AgentEvents events;

  public ReportingSecretSource(SecretSource inner, InstantSource clock, AgentEvents events) {
    this.inner = inner;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var begun = clock.instant();
    return InnerCall.follow(inner, query, deadline, outcome -> report(query, outcome, begun));
  }

  private void report(SecretQuery query, FetchOutcome outcome, Instant begun) {
    var took = Duration.between(begun, clock.instant());
    events.publish(
        new KmsEvent.KmsCalled(query, outcome, took.isNegative() ? Duration.ZERO : took));
  }
}
