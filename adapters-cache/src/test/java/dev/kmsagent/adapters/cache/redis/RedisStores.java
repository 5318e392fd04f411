package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Stores of tests, and what their exchanges come to. */
final class RedisStores {
  static final EntryKey KEY = new EntryKey("kms-agent:c2:{a}", "field", "kms-agent:l2:{a}field");

  static final Executor EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();
  static final Clocks CLOCKS = Clocks.of(InstantSource.system());

  private RedisStores() {}

  static RedisEntryStore open(RedisConfig settings) {
    return new RedisEntryStore(settings, CLOCKS, EXECUTOR);
  }

  static boolean isAnswered(EntryStore store) {
    return result(store.read(KEY)) instanceof StoreResult.Answered;
  }

  /** Why an exchange failed. */
  static <T> Cause failure(CompletionStage<StoreResult<T>> exchange) {
    return ((StoreResult.Failed<T>) result(exchange)).failure().cause();
  }
}
