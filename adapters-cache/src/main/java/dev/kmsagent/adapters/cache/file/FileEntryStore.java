package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Entries in files: one for each secret, with all its fields. Every lease is granted, since one
 * process has the folder, and reads a secret once at a time. A tombstone is on the disk before it
 * counts as stored; an entry may be lost with the power. Thread-safe.
 */
public final class FileEntryStore implements EntryStore {
  private final DiskThreads folder;

  /**
   * Touches nothing yet.
   *
   * @param path in which the folder is made
   */
  public FileEntryStore(Path path, FolderSettings settings, Means means) {
    this(DiskThreads.of(path, settings, means));
  }

  FileEntryStore(DiskThreads folder) {
    this.folder = folder;
  }

  /** The file of a secret. */
  static String file(EntryKey key) {
    return key.prefix() + '-' + key.name();
  }

  @Override
  public CompletionStage<StoreResult<StoredEntries>> read(EntryKey key) {
    return folder.read(opened -> stored(opened, key));
  }

  private static StoredEntries stored(OpenFolder opened, EntryKey key) throws IOException {
    var found = opened.secret(file(key));
    return new StoredEntries(found.get(key.field()), found.get(EntryKey.GONE));
  }

  @Override
  public CompletionStage<StoreResult<Written>> write(EntryKey key, Envelope entry, Duration life) {
    return folder.write(
        opened -> {
          checkDate(entry, opened);
          var file = opened.secret(file(key));
          if (!file.admits(key.field(), entry)) {
            return Written.OUTDATED;
          }
          opened.keep(file(key), file.with(key.field(), entry, opened.time().now()), false);
          return Written.KEPT;
        });
  }

  private static void checkDate(Envelope envelope, OpenFolder opened) throws IOException {
    if (SecretFile.isAhead(envelope, opened.time().now())) {
      throw new FolderException(Cause.CLOCK, "an entry is dated later than the time of the folder");
    }
  }

  @Override
  public CompletionStage<StoreResult<Revoked>> revoke(
      EntryKey key, Envelope tombstone, Duration life, RevokeCondition condition) {
    return folder.write(
        opened -> {
          checkDate(tombstone, opened);
          var file = opened.secret(file(key));
          if (condition == RevokeCondition.IF_STORED && !file.hasEntry(key.field())) {
            return file.get(key.field()).isPresent() ? Revoked.STORED : Revoked.UNNEEDED;
          }
          var revoked = file.revoked(key.field(), tombstone, opened.time().now());
          if (!revoked.equals(file)) {
            keep(opened, key, revoked);
          }
          return Revoked.STORED;
        });
  }

  /** On a full disk the file goes: then it has nothing that is refused either. */
  private static void keep(OpenFolder opened, EntryKey key, SecretFile revoked) throws IOException {
    try {
      opened.keep(file(key), revoked, true);
    } catch (IOException full) {
      opened.remove(file(key));
    }
  }

  @Override
  public CompletionStage<StoreResult<Done>> discard(EntryKey key, Envelope unreadable) {
    return folder.write(
        opened -> {
          var file = opened.secret(file(key));
          if (file.get(key.field()).filter(unreadable::equals).isPresent()) {
            opened.keep(file(key), file.without(key.field()), false);
          }
          return Done.DONE;
        });
  }

  @Override
  public CompletionStage<StoreResult<Claim>> claim(EntryKey key, String holder, Duration life) {
    return folder.read(opened -> new Claim(true, stored(opened, key)));
  }

  @Override
  public CompletionStage<StoreResult<Done>> release(EntryKey key, String holder) {
    return folder.write(
        opened -> {
          if (holder.equals(NOBODY)) {
            opened.noteTime();
          }
          return Done.DONE;
        });
  }

  @Override
  public void close() {
    folder.close();
  }
}
