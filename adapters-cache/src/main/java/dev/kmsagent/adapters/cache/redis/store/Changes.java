package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.domain.SharedCacheOutcome.Failed;

/** Whether Redis tells of what others change. */
public sealed interface Changes {
  /** It told of a change. */
  record Told() implements Changes {}

  /** It did not take the wish to be told. */
  record Refused(Failed failure) implements Changes {}

  /** It took the wish, and told nothing of a change. */
  record Untold() implements Changes {}

  /** A cluster is not asked to. */
  record OfCluster() implements Changes {}
}
