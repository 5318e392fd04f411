package dev.kmsagent.client;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The versions that a database has refused last, and when the one in use may be tried again: the
 * database may change later than KMS. Safe for use by several threads.
 */
final class Refusals {
  private static final int MOST_VERSIONS = 4;
  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);
  private static final int MYSQL_ACCESS_DENIED = 1045;
  private static final int SQL_SERVER_LOGIN_FAILED = 18456;

  private final Waiting waiting;
  private final ArrayDeque<String> versions = new ArrayDeque<>();
  private @Nullable SQLException last;
  private long pause;
  private long dueAt;
  private boolean givenUp;

  Refusals(Waiting waiting) {
    this.waiting = waiting;
  }

  /** Whether the database has refused account or password; causes and next exceptions count. */
  static boolean isRefusedLogin(SQLException failure) {
    for (Throwable each : failure) {
      if (each instanceof SQLException && says((SQLException) each)) {
        return true;
      }
    }
    return false;
  }

  private static boolean says(SQLException failure) {
    int code = failure.getErrorCode();
    return String.valueOf(failure.getSQLState()).startsWith("28")
        || code == MYSQL_ACCESS_DENIED
        || code == SQL_SERVER_LOGIN_FAILED;
  }

  /** Threads that one version was refused for at the same time lengthen its pause once. */
  synchronized void add(String version, SQLException failure) {
    last = failure;
    if (!versions.contains(version)) {
      versions.add(version);
      pause = FIRST_PAUSE;
      givenUp = false;
    } else if (isDue()) {
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    } else {
      return;
    }
    dueAt = waiting.nanoTime() + pause;
    if (versions.size() > MOST_VERSIONS) {
      versions.remove();
    }
  }

  synchronized void accept(String version) {
    versions.remove(version);
    last = null;
    givenUp = false;
  }

  synchronized List<String> versions() {
    return new ArrayList<>(versions);
  }

  /** Whether the version in use may be tried again although it was refused. */
  synchronized boolean isDue() {
    return waiting.nanoTime() - dueAt >= 0;
  }

  /** Whether a thread has waited in vain since a version was refused for the first time. */
  synchronized boolean isGivenUp() {
    return givenUp;
  }

  synchronized void giveUp() {
    givenUp = true;
  }

  /** An exception of the kind that the database threw last, for another thread than that one's. */
  synchronized SQLException again() {
    if (last == null) {
      return new SQLException("No login was tried: interrupted, or another one lasts", "08001");
    }
    return new SQLException(last.getMessage(), last.getSQLState(), last.getErrorCode(), last);
  }
}
