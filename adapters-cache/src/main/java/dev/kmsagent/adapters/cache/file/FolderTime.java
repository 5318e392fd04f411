package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.file.SealedRecords.Dated;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The time of a folder. It goes on while the machine runs, whoever sets the wall clock meanwhile,
 * also from one process to the next; in a process it is that of the agent's clock. After a boot it
 * is the wall clock's, but never before the latest date in the folder.
 *
 * @param agent the agent's clock
 * @param ahead by how much the folder's time is ahead of it
 */
record FolderTime(InstantSource agent, Duration ahead) {
  private static final List<String> NOTE = List.of("time");

  /**
   * The time of a folder that is opened now.
   *
   * @param latest the latest date in the folder
   */
  static FolderTime of(
      SealedRecords records, Boot boot, Instant wall, Instant latest, InstantSource agent)
      throws IOException {
    var known = records.read(NOTE).flatMap(it -> since(it, boot)).orElse(wall);
    var now = known.isBefore(latest) ? latest : known;
    return new FolderTime(agent, Duration.between(agent.instant(), now));
  }

  /** What time it is by a note of the same run of the machine. */
  private static Optional<Instant> since(Dated note, Boot boot) {
    var parts = note.text().split(" ", 2);
    var passed = boot.uptime().minusMillis(Long.parseLong(parts[1]));
    return !boot.id().isEmpty() && parts[0].equals(boot.id()) && !passed.isNegative()
        ? Optional.of(note.date().plus(passed))
        : Optional.empty();
  }

  /** Notes what time it is, for the next process. */
  void note(SealedRecords records, Boot boot) throws IOException {
    records.write(NOTE, new Dated(now(), boot.id() + ' ' + boot.uptime().toMillis()));
  }

  /** The time now. */
  Instant now() {
    return agent.instant().plus(ahead);
  }

  /** A date of the folder, by the agent's clock. */
  Instant toAgent(Instant date) {
    return date.minus(ahead);
  }
}
