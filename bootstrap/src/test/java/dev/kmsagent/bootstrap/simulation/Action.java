package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;

/** One thing that happens at a time of a schedule. A fault ends by itself. */
sealed interface Action {
  /** Its name and its parts, as a line of a schedule. */
  String text();

  /** Until it is over. */
  default Duration length() {
    return Duration.ZERO;
  }

  /** The agent that it happens to, the first one if it happens to none. */
  default int agent() {
    return 0;
  }

  private static String name(int agent) {
    return String.valueOf((char) ('A' + agent));
  }

  private static String time(Duration length) {
    return length.toMillis() + " ms";
  }

  /** A client of an agent reads a secret. */
  record Read(int agent, SecretQuery query, ReadMode mode) implements Action {
    @Override
    public String text() {
      return name(agent)
          + " reads "
          + SimulatedNames.text(query)
          + (mode == ReadMode.CACHED ? "" : " anew");
    }
  }

  /** KMS has a new version of a secret, which becomes the current one. */
  record Rotate(String secret) implements Action {
    @Override
    public String text() {
      return "KMS rotates " + secret;
    }
  }

  /** KMS makes the version before the current one again. */
  record MoveBack(String secret) implements Action {
    @Override
    public String text() {
      return "KMS moves the stage of " + secret + " back";
    }
  }

  /** KMS refuses a secret from now on. */
  record Refuse(String secret) implements Action {
    @Override
    public String text() {
      return "KMS refuses " + secret + " from now on";
    }
  }

  /** KMS has no version in the previous stage from now on, until the next rotation. */
  record DropPrevious(String secret) implements Action {
    @Override
    public String text() {
      return "KMS has no previous version of " + secret;
    }
  }

  /** KMS gives a secret again. */
  record Restore(String secret) implements Action {
    @Override
    public String text() {
      return "KMS gives " + secret + " again";
    }
  }

  /** An agent does not reach KMS. */
  record KmsOutage(int agent, Duration length) implements Action {
    @Override
    public String text() {
      return name(agent) + " does not reach KMS for " + time(length);
    }
  }

  /** KMS throttles most calls. */
  record Throttle(Duration length) implements Action {
    @Override
    public String text() {
      return "KMS throttles for " + time(length);
    }
  }

  /** KMS takes seconds. */
  record KmsDelay(Duration length) implements Action {
    @Override
    public String text() {
      return "KMS is slow for " + time(length);
    }
  }

  /** An agent does not reach Redis: what it sends is lost, or arrives later. */
  record Partition(int agent, Duration length) implements Action {
    @Override
    public String text() {
      return name(agent) + " does not reach Redis for " + time(length);
    }
  }

  /** The network between an agent and Redis is slow. */
  record SlowNetwork(int agent, Duration length) implements Action {
    @Override
    public String text() {
      return name(agent) + " reaches Redis slowly for " + time(length);
    }
  }

  /** Redis ends, and starts again with nothing. */
  record RedisRestart(Duration length) implements Action {
    @Override
    public String text() {
      return "Redis restarts empty within " + time(length);
    }
  }

  /** A replica that lags behind becomes the primary; its clock differs. */
  record Failover(Duration length, Duration lag, Duration clockStep) implements Action {
    @Override
    public String text() {
      return "Redis fails over within "
          + time(length)
          + ", to "
          + time(lag)
          + " ago, its clock set by "
          + time(clockStep);
    }
  }

  /** Redis evicts one hash. */
  record Evict(int number) implements Action {
    @Override
    public String text() {
      return "Redis evicts hash " + number;
    }
  }

  /** Somebody empties Redis. */
  record Flush() implements Action {
    @Override
    public String text() {
      return "Redis is emptied";
    }
  }

  /** Redis has no memory for more, and evicts nothing. */
  record RedisFull(Duration length) implements Action {
    @Override
    public String text() {
      return "Redis is full for " + time(length);
    }
  }

  /** The machine of an agent is suspended. */
  record Suspend(int agent, Duration length) implements Action {
    @Override
    public String text() {
      return name(agent) + " is suspended for " + time(length);
    }
  }

  /** An agent ends, and starts again. */
  record Restart(int agent, Duration length) implements Action {
    @Override
    public String text() {
      return name(agent) + " restarts within " + time(length);
    }
  }

  /** The wall clock of an agent is set. */
  record ClockStep(int agent, Duration by) implements Action {
    @Override
    public String text() {
      return "the wall clock of " + name(agent) + " is set by " + time(by);
    }
  }
}
