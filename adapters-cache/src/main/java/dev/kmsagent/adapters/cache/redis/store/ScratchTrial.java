package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.adapters.cache.redis.store.Trial.Step;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** Asks of a store all that an agent asks, in a place of its own. */
final class ScratchTrial {
  private final EntryStore store;
  private final Scratch scratch;

  ScratchTrial(EntryStore store, Scratch scratch) {
    this.store = store;
    this.scratch = scratch;
  }

  /** Stops at the first step that fails, and leaves nothing behind. */
  Trial run() {
    try {
      return Arrays.stream(Step.values())
          .map(this::take)
          .filter(outcome -> !(outcome instanceof Trial.Passed))
          .findFirst()
          .orElseGet(Trial.Passed::new);
    } finally {
      tidy();
    }
  }

  private Trial take(Step step) {
    var slot = scratch.slot();
    return switch (step) {
      case CLAIM ->
          judge(step, store.claim(slot, scratch.holder(), Scratch.LIFE), EntryStore.Claim::granted);
      case WRITE -> judge(step, store.write(slot, scratch.entry(), Scratch.LIFE), _ -> true);
      case READ -> judge(step, store.read(slot), this::isWritten);
      case REVOKE -> judge(step, store.revoke(slot, scratch.revocation(), Scratch.LIFE), _ -> true);
      case RELEASE -> judge(step, store.release(slot, scratch.holder()), _ -> true);
      case DISCARD -> judge(step, store.discard(slot, scratch.revocation()), _ -> true);
    };
  }

  private boolean isWritten(Shelf shelf) {
    return shelf.entry().equals(Optional.of(scratch.entry()));
  }

  private static <T> Trial judge(Step step, Reply<T> reply, Predicate<T> isRight) {
    return switch (reply) {
      case Reply.Given<T>(var answer) ->
          isRight.test(answer) ? new Trial.Passed() : new Trial.Astray(step);
      case Reply.Failed<T>(var failure) -> new Trial.Failed(step, failure);
      case Reply.NotAsked<T> _ -> new Trial.Astray(step);
    };
  }

  /** What cannot be taken away now goes by itself. */
  private void tidy() {
    var _ = store.discard(scratch.slot(), scratch.entry());
    var _ = store.discard(scratch.slot(), scratch.revocation());
    var _ = store.release(scratch.slot(), scratch.holder());
  }
}
