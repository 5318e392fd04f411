package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Entries in files: one for each secret, with all its fields. Leases are in memory, since one
 * process has the folder. A tombstone is on the disk before it counts as stored; an entry may be
 * lost with the power. Thread-safe.
 */
final class FileEntryStore implements EntryStore {
  private final CacheFolder folder;
  private final Map<String, Lease> leases = new ConcurrentHashMap<>();

  private record Lease(String holder, Instant end) {}

  FileEntryStore(CacheFolder folder) {
    this.folder = folder;
  }

  /** The part of a hash that tells the secret: it stands in braces. */
  private static String secret(EntryKey key) {
    return key.hash().substring(key.hash().indexOf('{') + 1, key.hash().length() - 1);
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return folder.read(opened -> stored(opened, key));
  }

  private static StoredEntries stored(OpenFolder opened, EntryKey key) throws IOException {
    var now = opened.time().now();
    var found = opened.secret(secret(key));
    return new StoredEntries(
        found.flatMap(it -> it.get(key.field(), now)),
        found.flatMap(it -> it.get(EntryKey.GONE, now)));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return folder.write(
        opened -> {
          var now = timeFor(entry, opened);
          var file = file(opened, key);
          if (!file.admits(key.field(), entry, now)) {
            return Written.OUTDATED;
          }
          opened.keep(secret(key), file.with(key.field(), entry, life, now), false);
          return Written.KEPT;
        });
  }

  private static SecretFile file(OpenFolder opened, EntryKey key) throws IOException {
    return opened.secret(secret(key)).orElseGet(SecretFile::empty);
  }

  private static Instant timeFor(Envelope envelope, OpenFolder opened) throws DatedLaterException {
    var now = opened.time().now();
    if (SecretFile.isAhead(envelope, now)) {
      throw new DatedLaterException();
    }
    return now;
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return folder.write(
        opened -> {
          var now = timeFor(tombstone, opened);
          var file = file(opened, key);
          var already = file.alreadyRevoked(key.field(), tombstone, condition, now);
          if (already.isEmpty()) {
            keep(opened, key, file.revoked(key.field(), tombstone, life, now));
          }
          return already.orElse(Revoked.STORED);
        });
  }

  /** On a full disk the file goes: then it has nothing that is refused either. */
  private static void keep(OpenFolder opened, EntryKey key, SecretFile revoked) throws IOException {
    try {
      opened.keep(secret(key), revoked, true);
    } catch (IOException full) {
      opened.remove(secret(key));
    }
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return folder.write(
        opened -> {
          var file = file(opened, key);
          if (unreadable.equals(file.fields().get(key.field()))) {
            opened.keep(secret(key), file.without(key.field()), false);
          }
          return Done.DONE;
        });
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return folder.read(opened -> new Claim(isGranted(key, holder, life), stored(opened, key)));
  }

  private boolean isGranted(EntryKey key, String holder, Duration life) {
    var now = folder.now();
    var wanted = new Lease(holder, now.plus(life));
    var lease =
        leases.merge(
            key.lease(), wanted, (present, next) -> now.isBefore(present.end()) ? present : next);
    return lease.holder().equals(holder);
  }

  /** Tries the folder as well, since this is the probe of a store that failed. */
  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    leases.computeIfPresent(
        key.lease(), (_, lease) -> lease.holder().equals(holder) ? null : lease);
    return folder.write(
        opened -> {
          opened.probe();
          return Done.DONE;
        });
  }

  @Override
  public void close() {
    folder.close();
  }
}
