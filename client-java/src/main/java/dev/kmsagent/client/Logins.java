package dev.kmsagent.client;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Logs in to one database with one secret, and with another version of it when the database refuses
 * one. Until a refused version is replaced, one thread at a time asks the agent and tries, and the
 * others wait for what it finds: many refused logins would lock the account. Safe for use by
 * several threads, which share what is known about refused versions.
 */
final class Logins {
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final AgentClient client;
  private final String secretName;
  private final List<String> fields;
  private final Waiting waiting;
  private final Refusals refusals;
  private final ReentrantLock trial = new ReentrantLock(true);

  /** Counts trials that ended with anything but a refused login. */
  private volatile int trialsEnded;

  /** One login to the database, by its driver. */
  interface Database {
    Connection connect(String account, String password) throws SQLException;
  }

  Logins(
      AgentClient client,
      String secretName,
      String accountField,
      String passwordField,
      Waiting waiting) {
    this.client = client;
    this.secretName = secretName;
    this.fields = Arrays.asList(accountField, passwordField);
    this.waiting = waiting;
    this.refusals = new Refusals(waiting);
  }

  /**
   * A connection with account and password of one version.
   *
   * @param millis how long to wait for another version if the database refuses one
   * @throws SQLException that of the database, or one of the class 08 if the agent gives no secret
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
      while (true) {
        int ended = trialsEnded;
        SecretFields current = current();
        Connection made = refusals.contains(current.version()) ? null : logIn(current);
        if (made == null) {
          made = trialUnlessEndedSince(ended);
        }
        if (made != null) {
          return made;
        }
      }
    }

    private SecretFields current() throws SQLException {
      try {
        return read(Collections.emptySet());
      } catch (AgentException e) {
        String reason = "There is no password for the database: " + e.getMessage();
        throw e.isRetryable()
            ? new SQLTransientConnectionException(reason, "08001", e)
            : new SQLNonTransientConnectionException(reason, "08001", e);
      }
    }

    private SecretFields read(Collection<String> rejected) {
      return client.read(secretName, fields, rejected, Math.max(1, millisLeft()));
    }

    private long millisLeft() {
      return TimeUnit.NANOSECONDS.toMillis(end - waiting.nanoTime());
    }

    /** A connection, or null if the database refuses this version. */
    private @Nullable Connection logIn(SecretFields version) throws SQLException {
      try {
        Connection made = database.connect(version.get(fields.get(0)), version.get(fields.get(1)));
        refusals.remove(version.version());
        return made;
      } catch (SQLException e) {
        if (!Refusals.isRefusedLogin(e)) {
          throw e;
        }
        refused = e;
        refusals.add(version.version(), e);
        return null;
      }
    }

    /** A connection, or null if another thread's trial has ended: its version can be used. */
    private @Nullable Connection trialUnlessEndedSince(int ended) throws SQLException {
      try {
        if (!trial.tryLock(millisLeft(), TimeUnit.MILLISECONDS)) {
          throw failure(null);
        }
        try {
          return ended == trialsEnded ? trial() : null;
        } finally {
          trial.unlock();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failure(e);
      }
    }

    private Connection trial() throws SQLException, InterruptedException {
      long pause = FIRST_PAUSE_MILLIS;
      while (true) {
        AgentException noOther = null;
        Connection made = null;
        try {
          made = tryOnce(refusals.versions());
        } catch (AgentException e) {
          noOther = e;
        }
        if (made == null && noOther != null && refusals.isDue()) {
          made = tryOnce(Collections.emptySet());
        }
        if (made != null) {
          return made;
        }
        if (noOther != null) {
          if (!noOther.isRetryable() || refusals.isGivenUp() || millisLeft() <= pause) {
            refusals.giveUp();
            throw failure(noOther);
          }
          waiting.sleep(pause);
          pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
        }
      }
    }

    private @Nullable Connection tryOnce(Collection<String> rejected) throws SQLException {
      SecretFields version = read(rejected);
      boolean ended = true;
      try {
        Connection made = logIn(version);
        ended = made != null;
        return made;
      } finally {
        if (ended) {
          trialsEnded++;
        }
      }
    }

    /** The database's own exception, or one of its kind if another thread got that. */
    private SQLException failure(@Nullable Exception reason) {
      SQLException failure = refused == null ? refusals.another() : refused;
      if (reason != null) {
        failure.addSuppressed(reason);
      }
      return failure;
    }
  }
}
