package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The entries and records in the folder of an agent, whose answers are judged. */
record ObservedEntryStore(Invariants invariants, SharingAgent agent, EntryStore folder)
    implements EntryStore {
  /** Before the agent gets it. */
  private <T> CompletionStage<StoreResult<T>> noted(
      CompletionStage<StoreResult<T>> result, Consumer<T> note) {
    return result.thenApply(
        it -> {
          if (it instanceof StoreResult.Answered<T>(var answer, var at)) {
            invariants.restarts.answered(at);
            note.accept(answer);
          }
          return it;
        });
  }

  private void found(EntryKey key, StoredEntries stored) {
    if (!isRecord(key)) {
      invariants.refusals.answered(agent, stored).run();
    }
  }

  private static boolean isRecord(EntryKey key) {
    return key.hash().startsWith(FolderSettings.RECORDS);
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return noted(folder.read(key), it -> found(key, it));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return noted(
        folder.write(key, entry, life),
        written -> {
          if (written == Written.KEPT && isRecord(key)) {
            invariants.restarts.recorded();
          } else if (written == Written.KEPT) {
            invariants.refusals.kept(agent, key, entry);
          }
        });
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    if (isRecord(key)) {
      return folder.revoke(key, tombstone, life, condition);
    }
    invariants.refusals.revoking(agent, key, tombstone, condition);
    return noted(
        folder.revoke(key, tombstone, life, condition),
        revoked -> {
          if (revoked == Revoked.STORED) {
            invariants.refusals.revoked(tombstone);
          }
        });
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return noted(folder.discard(key, unreadable), _ -> {});
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return noted(folder.claim(key, holder, life), it -> found(key, it.stored()));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return noted(folder.release(key, holder), _ -> {});
  }

  @Override
  public void close() {
    folder.close();
  }
}
