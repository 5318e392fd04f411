package dev.kmsagent.adapters.cache.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Checks whether an agent of this user can keep its cache in a folder. It changes nothing that an
 * agent has there, and leaves nothing. It waits, so it is for one thread.
 */
public record FolderProbe(Path path) {
  private static final String FILE = "check";

  /** What was found. */
  public record Finding(boolean isGood, String text) {}

  /** Has the folder, which is made if it is missing, and writes, syncs and removes a file. */
  public Finding find() {
    var folder = path.resolve("entries");
    var isMade = Files.notExists(folder, LinkOption.NOFOLLOW_LINKS);
    try (var owned = OwnedFolder.open(path)) {
      owned.write(FILE, new byte[1], Instant.EPOCH, true);
      Files.delete(folder.resolve(FILE));
      return new Finding(true, "A file was written, synced and removed.");
    } catch (IOException failed) {
      return explain(failed);
    } finally {
      if (isMade) {
        remove(folder);
      }
    }
  }

  static Finding explain(IOException failed) {
    var failure = DiskThreads.failure(failed);
    return switch (failure.cause()) {
      case NOT_READY -> new Finding(true, "A running agent has it, so that it was not tried.");
      case DENIED -> new Finding(false, failure.detail() + " Run check as the agent's user.");
      default -> new Finding(false, failure.detail());
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
