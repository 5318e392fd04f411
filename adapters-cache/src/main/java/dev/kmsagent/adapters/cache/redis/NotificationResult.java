package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.SharedCacheOutcome.Failed;

/** Whether Redis tells of what others change. */
public sealed interface NotificationResult {
  /** It told of a change. */
  record Told() implements NotificationResult {}

  /** It did not take the wish to be told. */
  record Refused(Failed failure) implements NotificationResult {}

  /** It took the wish, and told nothing of a change. */
  record Untold() implements NotificationResult {}

  /** A cluster is not asked to. */
  record OfCluster() implements NotificationResult {}
}
