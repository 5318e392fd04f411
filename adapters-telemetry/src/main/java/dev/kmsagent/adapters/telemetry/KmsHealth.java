package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.time.Instant;

/** What is known of KMS from the calls to it. A refusal about a secret is an answer: KMS works. */
sealed interface KmsHealth {
  /** What is known once a call at {@code now} had this outcome. */
  default KmsHealth after(FetchOutcome outcome, Instant now) {
    return switch (outcome) {
      case Fetched _, Refused _ -> new Answering(now);
      case IdentityRefused refused -> failed(refused, now);
      case Unavailable unavailable -> failed(unavailable, now);
    };
  }

  KmsHealth failed(NoSecret reason, Instant now);

  Dependency describe(Instant now);

  /** No call has ended yet. */
  record NeverCalled() implements KmsHealth {
    @Override
    public KmsHealth failed(NoSecret reason, Instant now) {
      return new NeverAnswered(now, reason);
    }

    @Override
    public Dependency describe(Instant now) {
      return new Dependency(Status.UP, "KMS has not been called yet.");
    }
  }

  /** Every call failed: the agent may be set up wrongly, and has nothing to serve. */
  record NeverAnswered(Instant since, NoSecret reason) implements KmsHealth {
    @Override
    public KmsHealth failed(NoSecret reason, Instant now) {
      return new NeverAnswered(since, reason);
    }

    @Override
    public Dependency describe(Instant now) {
      return new Dependency(
          Status.DOWN,
          "KMS has never answered; calls have failed for %d s: %s."
              .formatted(Seconds.between(since, now), why(reason)));
    }
  }

  /** The last call was answered. */
  record Answering(Instant at) implements KmsHealth {
    @Override
    public KmsHealth failed(NoSecret reason, Instant now) {
      return new Failing(at, reason);
    }

    @Override
    public Dependency describe(Instant now) {
      return new Dependency(Status.UP, "KMS answered %s.".formatted(ago(at, now)));
    }
  }

  /** Calls fail, but one was answered before: what is cached is served. */
  record Failing(Instant answered, NoSecret reason) implements KmsHealth {
    @Override
    public KmsHealth failed(NoSecret reason, Instant now) {
      return new Failing(answered, reason);
    }

    @Override
    public Dependency describe(Instant now) {
      return new Dependency(
          Status.DEGRADED,
          "KMS last answered %s; calls fail: %s.".formatted(ago(answered, now), why(reason)));
    }
  }

  private static String why(NoSecret reason) {
    var code = MetricLabels.code(reason);
    return code.isEmpty() ? MetricLabels.of(reason) : MetricLabels.of(reason) + " (" + code + ")";
  }

  private static String ago(Instant then, Instant now) {
    return Seconds.between(then, now) + " s ago";
  }
}
