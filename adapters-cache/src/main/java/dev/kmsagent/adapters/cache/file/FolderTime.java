package dev.kmsagent.adapters.cache.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The time of a folder. It goes on while the machine runs, whoever sets the wall clock meanwhile,
 * also from one process to the next, which finds a sealed note of it; in a process it is that of
 * the agent's clock. After a boot it is the wall clock's, but never before the latest date in the
 * folder.
 *
 * @param agent the agent's clock
 * @param ahead by how much the folder's time is ahead of it
 */
record FolderTime(InstantSource agent, Duration ahead) {
  /** The file with the note. */
  static final String FILE = "time";

  /**
   * The time of a folder that is opened now.
   *
   * @param keys any of which opens the note
   * @param latest the latest date in the folder
   */
  static FolderTime of(
      Folder files,
      List<SealingKey> keys,
      Boot boot,
      Instant wall,
      Instant latest,
      InstantSource agent)
      throws IOException {
    var note = files.read(FILE);
    var known =
        keys.stream()
            .flatMap(key -> note.flatMap(it -> key.open(it, context())).stream())
            .findFirst()
            .flatMap(it -> since(new String(it, UTF_8), boot))
            .orElse(wall);
    var now = known.isBefore(latest) ? latest : known;
    return new FolderTime(agent, Duration.between(agent.instant(), now));
  }

  /** What time it is by a note of the same run of the machine. */
  private static Optional<Instant> since(String note, Boot boot) {
    var parts = note.split(" ", -1);
    var passed = boot.uptime().minusMillis(Long.parseLong(parts[1]));
    return !boot.id().isEmpty() && parts[0].equals(boot.id()) && !passed.isNegative()
        ? Optional.of(Instant.parse(parts[2]).plus(passed))
        : Optional.empty();
  }

  /** Notes what time it is, for the next process. */
  void note(Folder files, SealingKey key, Boot boot) throws IOException {
    var text = boot.id() + ' ' + boot.uptime().toMillis() + ' ' + now();
    files.write(FILE, key.seal(text.getBytes(UTF_8), context()), now(), true);
  }

  private static byte[] context() {
    return FILE.getBytes(UTF_8);
  }

  /** The time now. */
  Instant now() {
    return agent.instant().plus(ahead);
  }
}
