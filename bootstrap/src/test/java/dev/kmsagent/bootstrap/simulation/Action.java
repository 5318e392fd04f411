package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;

/** One thing that happens at a time of a schedule. A fault ends by itself. */
sealed interface Action {
  /** Its name and its parts, as a line of a schedule. */
  default String text() {
    return switch (this) {
      case Read(var agent, var query, var mode) ->
          name(agent)
              + " reads "
              + SimulatedNames.text(query)
              + (mode == ReadMode.CACHED ? "" : " anew");
      case Rotate(var secret) -> "KMS rotates " + secret;
      case MoveBack(var secret) -> "KMS moves the stage of " + secret + " back";
      case Refuse(var secret) -> "KMS refuses " + secret + " from now on";
      case DropPrevious(var secret) -> "KMS has no previous version of " + secret;
      case Restore(var secret) -> "KMS gives " + secret + " again";
      case KmsOutage(var agent, var length) ->
          name(agent) + " does not reach KMS for " + time(length);
      case Throttle(var length) -> "KMS throttles for " + time(length);
      case KmsDelay(var length) -> "KMS is slow for " + time(length);
      case Partition(var agent, var length) ->
          name(agent) + " does not reach Redis for " + time(length);
      case SlowNetwork(var agent, var length) ->
          name(agent) + " reaches Redis slowly for " + time(length);
      case RedisRestart(var length) -> "Redis restarts empty within " + time(length);
      case Failover(var length, var lag, var clockStep) ->
          "Redis fails over within "
              + time(length)
              + ", to "
              + time(lag)
              + " ago, its clock set by "
              + time(clockStep);
      case Evict(var number) -> "Redis evicts hash " + number;
      case Flush() -> "Redis is emptied";
      case RedisFull(var length) -> "Redis is full for " + time(length);
      case Suspend(var agent, var length) -> name(agent) + " is suspended for " + time(length);
      case Restart(var agent, var length) -> name(agent) + " restarts within " + time(length);
      case ClockStep(var agent, var by) ->
          "the wall clock of " + name(agent) + " is set by " + time(by);
    };
  }

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
  record Read(int agent, SecretQuery query, ReadMode mode) implements Action {}

  /** KMS has a new version of a secret, which becomes the current one. */
  record Rotate(String secret) implements Action {}

  /** KMS makes the version before the current one again. */
  record MoveBack(String secret) implements Action {}

  /** KMS refuses a secret from now on. */
  record Refuse(String secret) implements Action {}

  /** KMS has no version in the previous stage from now on, until the next rotation. */
  record DropPrevious(String secret) implements Action {}

  /** KMS gives a secret again. */
  record Restore(String secret) implements Action {}

  /** An agent does not reach KMS. */
  record KmsOutage(int agent, Duration length) implements Action {}

  /** KMS throttles most calls. */
  record Throttle(Duration length) implements Action {}

  /** KMS takes seconds. */
  record KmsDelay(Duration length) implements Action {}

  /** An agent does not reach Redis: what it sends is lost, or arrives later. */
  record Partition(int agent, Duration length) implements Action {}

  /** The network between an agent and Redis is slow. */
  record SlowNetwork(int agent, Duration length) implements Action {}

  /** Redis ends, and starts again with nothing. */
  record RedisRestart(Duration length) implements Action {}

  /** A replica that lags behind becomes the primary; its clock differs. */
  record Failover(Duration length, Duration lag, Duration clockStep) implements Action {}

  /** Redis evicts one hash. */
  record Evict(int number) implements Action {}

  /** Somebody empties Redis. */
  record Flush() implements Action {}

  /** Redis has no memory for more, and evicts nothing. */
  record RedisFull(Duration length) implements Action {}

  /** The machine of an agent is suspended. */
  record Suspend(int agent, Duration length) implements Action {}

  /** An agent ends, and starts again. */
  record Restart(int agent, Duration length) implements Action {}

  /** The wall clock of an agent is set. */
  record ClockStep(int agent, Duration by) implements Action {}
}
