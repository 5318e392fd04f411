package dev.kmsagent.client;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Logs in to one database with one secret, and with another version of it if the database refuses
 * one. A version that is not proven is tried by one thread at a time, and the others wait for the
 * outcome: many refused logins would lock the account. Safe for use by several threads.
 */
final class Logins {
  /** Between two questions to the agent, which is near, and asks KMS less often. */
  private static final long PAUSE_MILLIS = 250;

  private final AgentClient client;
  private final String secretName;
  private final List<String> fields; // the account and the password
  private final Waiting waiting;
  private final Refusals refusals;
  private final ReentrantLock trial = new ReentrantLock(true);

  /** The version of the last login that was not refused: threads use it at the same time. */
  private volatile @Nullable String proven;

  /** One login to the database. */
  interface Database {
    Connection connect(String account, String password) throws SQLException;
  }

  Logins(AgentClient client, String secretName, List<String> fields, Waiting waiting) {
    this.client = client;
    this.secretName = secretName;
    this.fields = fields;
    this.waiting = waiting;
    this.refusals = new Refusals(waiting);
  }

  /**
   * A connection with account and password of one version.
   *
   * @param millis how long to wait for the agent, and for another version if one is refused
   * @throws SQLException that of the database; of the class 08 if the agent gives no secret
   */
  Connection connect(Database database, long millis) throws SQLException {
    return new Attempt(database, millis).connect();
  }

  /** What one thread does for one connection. */
  private final class Attempt {
    private final Database database;
    private final long end;
    private @Nullable SQLException refused;

    Attempt(Database database, long millis) {
      this.database = database;
      this.end = waiting.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    Connection connect() throws SQLException {
      Connection made = null;
      while (made == null) {
        String before = proven;
        SecretFields current = current();
        if (current.version().equals(proven)) {
          made = logIn(current);
        }
        if (made == null) {
          made = trialUnlessProvenSince(before, current);
        }
      }
      return made;
    }

    private SecretFields current() throws SQLException {
      try {
        return read(Collections.emptySet());
      } catch (AgentException e) {
        throw new SQLException("No password for the database: " + e.getMessage(), "08001", e);
      }
    }

    private SecretFields read(Collection<String> rejected) {
      return client.read(secretName, fields, rejected, waiting.timeout(millisLeft()));
    }

    private long millisLeft() {
      return TimeUnit.NANOSECONDS.toMillis(end - waiting.nanoTime());
    }

    /** A connection, or null if the database refuses this version. */
    private @Nullable Connection logIn(SecretFields version) throws SQLException {
      try {
        Connection made = database.connect(version.get(fields.get(0)), version.get(fields.get(1)));
        refusals.accept(version.version());
        proven = version.version();
        return made;
      } catch (SQLException e) {
        if (!Refusals.isRefusedLogin(e)) {
          proven = version.version();
          throw e;
        }
        refused = e;
        refusals.add(version.version(), e);
        proven = version.version().equals(proven) ? null : proven;
        return null;
      }
    }

    /** A connection, or null if another thread has proven another version. */
    private @Nullable Connection trialUnlessProvenSince(
        @Nullable String before, SecretFields current) throws SQLException {
      try {
        if (!trial.tryLock(millisLeft(), TimeUnit.MILLISECONDS)) {
          if (refusals.versions().contains(current.version())) {
            throw failure(null);
          }
          return logIn(current); // The database may answer now, although a login hangs.
        }
        try {
          String now = proven;
          return now == null || now.equals(before) ? trial(current) : null;
        } finally {
          trial.unlock();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failure(e);
      }
    }

    private Connection trial(SecretFields current) throws SQLException, InterruptedException {
      Connection made = refusals.versions().contains(current.version()) ? null : logIn(current);
      while (made == null) {
        AgentException reason = null;
        try {
          made = logIn(next());
        } catch (AgentException e) {
          reason = e;
        }
        if (made == null) {
          pause(reason);
        }
      }
      return made;
    }

    private void pause(@Nullable AgentException reason) throws SQLException, InterruptedException {
      boolean isRetryable = reason == null || reason.isRetryable();
      if (!isRetryable || refusals.isGivenUp() || millisLeft() <= PAUSE_MILLIS) {
        refusals.giveUp();
        throw failure(reason);
      }
      waiting.sleep(PAUSE_MILLIS);
    }

    /** Another version, or without one, from time to time the version in use. */
    private SecretFields next() {
      try {
        return read(refusals.versions());
      } catch (AgentException e) {
        if (!refusals.isDue()) {
          throw e;
        }
        return read(Collections.emptySet());
      }
    }

    /** The database's own exception, or one of its kind if another thread has that. */
    private SQLException failure(@Nullable Exception reason) {
      SQLException failure = refused == null ? refusals.again() : refused;
      if (reason != null) {
        failure.addSuppressed(reason);
      }
      return failure;
    }
  }
}
