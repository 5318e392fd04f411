package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Checks whether an agent of this user can keep its cache in a folder. It changes nothing that an
 * agent has there, and leaves nothing. It waits, so it is for one thread.
 */
public record FolderProbe(Path path) {
  private static final String FILE = "check";

  /** File systems in memory. */
  private static final List<String> VOLATILE = List.of("tmpfs", "ramfs");

  /** What was found, with what to do if it is not good. */
  public record Finding(boolean isGood, String text) {}

  /** Has the folder, which is made if it is missing, and writes, syncs and removes a file. */
  public Finding find() {
    var folder = path.resolve("entries");
    var isMade = Files.notExists(folder, LinkOption.NOFOLLOW_LINKS);
    try (var owned = OwnedFolder.open(path)) {
      owned.write(FILE, new byte[1], Instant.EPOCH, true);
      Files.delete(folder.resolve(FILE));
      return new Finding(true, "A file was written, synced and removed." + disk());
    } catch (IOException failed) {
      return explain(failed);
    } finally {
      if (isMade) {
        remove(folder);
      }
    }
  }

  private String disk() throws IOException {
    var type = Files.getFileStore(path).type();
    return VOLATILE.contains(type)
        ? ""
        : " It is on a disk (%s): who has the disk has the entries, encrypted.".formatted(type);
  }

  static Finding explain(IOException failed) {
    var failure = DiskThreads.failure(failed);
    return failure.cause() == Cause.NOT_READY
        ? new Finding(true, "A running agent has it, so that it was not tried.")
        : new Finding(false, failure.detail() + ' ' + advice(failure.cause()));
  }

  private static String advice(Cause cause) {
    return switch (cause) {
      case DENIED ->
          "Cache.File.Path must be a folder in which the agent's user can make another; run check as"
              + " that user.";
      case FULL -> "Make room for Cache.MaxBytes.";
      case READ_ONLY -> "Mount it for writing, or choose another Cache.File.Path.";
      default -> "Choose a Cache.File.Path on a file system of this machine that can sync.";
    };
  }

  private static void remove(Path folder) {
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException unimportant) {
      // An agent would use it.
    }
  }
}
