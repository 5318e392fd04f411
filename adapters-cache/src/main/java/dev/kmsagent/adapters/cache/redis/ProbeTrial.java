package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.redis.ProbeResult.Step;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Tries every operation of an agent on a store, with an entry whose encryption key is random and so
 * no agent's. It waits for each, so it is for one thread.
 */
final class ProbeTrial {
  /** What is left by mistake expires. */
  private static final Duration LIFE = Duration.ofSeconds(10);

  private static final String NAME = "scratch";

  private final EntryStore store;
  private final EntryKey key;

  /** To Redis an envelope is an entry whatever it holds, and none of its time is too late. */
  private final Envelope entry;

  private final Envelope tombstone;

  ProbeTrial(EntryStore store, String prefix, SecureRandom random) {
    this.store = store;
    var material = new byte[SealingKey.LENGTH];
    random.nextBytes(material);
    var partition = new Partition(new Principal(NAME), new KmsEndpoint("", ""));
    var codec = new EntryCodec(new SealingKey(material, random), partition, prefix);
    this.key = codec.key(SecretQuery.current(new SecretName(NAME)));
    var content = new Content.Revocation(Instant.EPOCH, Instant.EPOCH);
    this.entry = codec.seal(key, content);
    this.tombstone = codec.seal(key, content);
  }

  /** The hash in which the entry is. */
  String hash() {
    return key.hash();
  }

  /** As unique as the key. */
  private String holder() {
    return key.field();
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
    return switch (step) {
      case CLAIM -> judge(step, store.claim(key, holder(), LIFE), EntryStore.Claim::granted);
      case WRITE -> judge(step, store.write(key, entry, LIFE), _ -> true);
      case READ -> judge(step, store.read(key), this::isWritten);
      case REVOKE ->
          judge(step, store.revoke(key, tombstone, LIFE, RevokeCondition.ALWAYS), _ -> true);
      case RELEASE -> judge(step, store.release(key, holder()), _ -> true);
      case DISCARD -> judge(step, store.discard(key, tombstone), _ -> true);
    };
  }

  private boolean isWritten(StoredEntries stored) {
    return stored.entry().equals(Optional.of(entry));
  }

  private static <T> ProbeResult judge(
      Step step, CompletionStage<StoreResult<T>> exchange, Predicate<T> isRight) {
    return switch (await(exchange)) {
      case StoreResult.Answered<T>(var answer, _) ->
          isRight.test(answer) ? new ProbeResult.Passed() : new ProbeResult.Inconsistent(step);
      case StoreResult.Failed<T>(var failure) -> new ProbeResult.Failed(step, failure);
      case StoreResult.Skipped<T> _ -> new ProbeResult.Inconsistent(step);
    };
  }

  /** What cannot be removed now expires. */
  private void tidy() {
    var _ = await(store.discard(key, entry));
    var _ = await(store.discard(key, tombstone));
    var _ = await(store.release(key, holder()));
  }

  private static <T> StoreResult<T> await(CompletionStage<StoreResult<T>> exchange) {
    return exchange.toCompletableFuture().join();
  }
}
