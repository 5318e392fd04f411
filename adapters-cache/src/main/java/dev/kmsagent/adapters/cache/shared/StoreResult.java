package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SharedCacheOutcome;
import java.util.Optional;

/** What came of an exchange with the store. */
public sealed interface StoreResult<T> {
  /** It answered. */
  record Given<T>(T answer) implements StoreResult<T> {}

  /** It was asked in vain. */
  record Failed<T>(SharedCacheOutcome.Failed failure) implements StoreResult<T> {}

  /** It was not asked, since it failed too often. */
  record NotAsked<T>() implements StoreResult<T> {}

  /** What it answered, if it did. */
  default Optional<T> answered() {
    return switch (this) {
      case Given<T>(var answer) -> Optional.of(answer);
      case Failed<T> _, NotAsked<T> _ -> Optional.empty();
    };
  }
}
