package dev.kmsagent.client;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The versions that a database has refused last, and when the one in use may be tried again: the
 * database may change later than KMS. Safe for use by several threads.
 */
final class Refusals {
  private static final int MOST_VERSIONS = 4;
  private static final int MOST_CAUSES = 32;
  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);
  private static final int MYSQL_ACCESS_DENIED = 1045;
  private static final int SQL_SERVER_LOGIN_FAILED = 18456;

  private final Waiting waiting;
  private final Set<String> versions = new LinkedHashSet<>();
  private @Nullable SQLException last;
  private long pause;
  private long dueAt;
  private boolean givenUp;

  Refusals(Waiting waiting) {
    this.waiting = waiting;
  }

  /** Whether the database has refused account or password; wrapped exceptions count. */
  static boolean isRefusedLogin(SQLException failure) {
    int seen = 0;
    for (Throwable each : failure) {
      if (each instanceof SQLException && says((SQLException) each)) {
        return true;
      }
      seen++;
      if (seen == MOST_CAUSES) {
        break;
      }
    }
    return false;
  }

  private static boolean says(SQLException failure) {
    String state = failure.getSQLState();
    int code = failure.getErrorCode();
    return state != null && state.startsWith("28")
        || code == MYSQL_ACCESS_DENIED
        || code == SQL_SERVER_LOGIN_FAILED;
  }

  synchronized boolean contains(String version) {
    return versions.contains(version);
  }

  synchronized List<String> versions() {
    return new ArrayList<>(versions);
  }

  /** Threads that were refused at the same time with one version lengthen its pause once. */
  synchronized void add(String version, SQLException failure) {
    last = failure;
    if (versions.add(version)) {
      givenUp = false;
      pause = FIRST_PAUSE;
    } else if (isDue()) {
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    } else {
      return;
    }
    dueAt = waiting.nanoTime() + pause;
    Iterator<String> oldest = versions.iterator();
    while (versions.size() > MOST_VERSIONS) {
      oldest.next();
      oldest.remove();
    }
  }

  synchronized void remove(String version) {
    versions.remove(version);
  }

  /** Whether the version in use may be tried again although it was refused. */
  synchronized boolean isDue() {
    return waiting.nanoTime() - dueAt >= 0;
  }

  /** Whether a thread has waited in vain since the last version was refused first. */
  synchronized boolean isGivenUp() {
    return givenUp;
  }

  synchronized void giveUp() {
    givenUp = true;
  }

  /** An exception of the kind that the database has thrown last. */
  synchronized SQLException another() {
    SQLException cause = Objects.requireNonNull(last);
    return new SQLException(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
  }
}
