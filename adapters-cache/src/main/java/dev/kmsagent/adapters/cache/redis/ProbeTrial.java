package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.ProbeResult.Step;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.StoreResult;
import dev.kmsagent.adapters.cache.shared.StoredEntries;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** Asks of a store all that an agent asks, in a place of its own. */
final class ProbeTrial {
  private final EntryStore store;
  private final ProbeEntry scratch;

  ProbeTrial(EntryStore store, ProbeEntry scratch) {
    this.store = store;
    this.scratch = scratch;
  }

  /** Stops at the first step that fails, and leaves nothing behind. */
  ProbeResult run() {
    try {
      return Arrays.stream(Step.values())
          .map(this::take)
          .filter(outcome -> !(outcome instanceof ProbeResult.Passed))
          .findFirst()
          .orElseGet(ProbeResult.Passed::new);
    } finally {
      tidy();
    }
  }

  private ProbeResult take(Step step) {
    var key = scratch.key();
    return switch (step) {
      case CLAIM ->
          judge(
              step, store.claim(key, scratch.holder(), ProbeEntry.LIFE), EntryStore.Claim::granted);
      case WRITE -> judge(step, store.write(key, scratch.entry(), ProbeEntry.LIFE), _ -> true);
      case READ -> judge(step, store.read(key), this::isWritten);
      case REVOKE ->
          judge(step, store.revoke(key, scratch.revocation(), ProbeEntry.LIFE), _ -> true);
      case RELEASE -> judge(step, store.release(key, scratch.holder()), _ -> true);
      case DISCARD -> judge(step, store.discard(key, scratch.revocation()), _ -> true);
    };
  }

  private boolean isWritten(StoredEntries stored) {
    return stored.entry().equals(Optional.of(scratch.entry()));
  }

  private static <T> ProbeResult judge(Step step, StoreResult<T> reply, Predicate<T> isRight) {
    return switch (reply) {
      case StoreResult.Given<T>(var answer) ->
          isRight.test(answer) ? new ProbeResult.Passed() : new ProbeResult.Astray(step);
      case StoreResult.Failed<T>(var failure) -> new ProbeResult.Failed(step, failure);
      case StoreResult.NotAsked<T> _ -> new ProbeResult.Astray(step);
    };
  }

  /** What cannot be taken away now goes by itself. */
  private void tidy() {
    var _ = store.discard(scratch.key(), scratch.entry());
    var _ = store.discard(scratch.key(), scratch.revocation());
    var _ = store.release(scratch.key(), scratch.holder());
  }
}
