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
  private static final List<String> ANCHOR = List.of("time");

  /**
   * The time of a folder that is opened now.
   *
   * @param latest the latest date in the folder
   */
  static FolderTime of(
      SealedRecords records, Boot boot, Instant wall, Instant latest, InstantSource agent)
      throws IOException {
    var anchor = records.read(ANCHOR).flatMap(it -> passed(it, boot).map(it.date()::plus));
    var known = anchor.orElse(wall);
    var now = known.isBefore(latest) ? latest : known;
    if (anchor.isEmpty()) {
      keep(records, boot, now);
    }
    return new FolderTime(agent, Duration.between(agent.instant(), now));
  }

  /** What has passed since the anchor; empty after a boot. */
  private static Optional<Duration> passed(Dated anchor, Boot boot) {
    var parts = anchor.text().split(" ", 2);
    var passed = boot.uptime().minusMillis(Long.parseLong(parts[1]));
    return Optional.of(passed)
        .filter(_ -> !boot.id().isEmpty() && parts[0].equals(boot.id()) && !passed.isNegative());
  }

  /** Without an anchor, on a full disk, the next process takes the wall clock's. */
  private static void keep(SealedRecords records, Boot boot, Instant now) {
    try {
      records.write(ANCHOR, new Dated(now, boot.id() + ' ' + boot.uptime().toMillis()));
    } catch (IOException full) {
      // The folder may be read all the same.
    }
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
