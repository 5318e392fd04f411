package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;

/** One thing that happens at a time of a schedule. A fault ends by itself. */
sealed interface Action {
  /** Until it is over. */
  default Duration length() {
    return Duration.ZERO;
  }

  /** A client of an agent reads a secret. */
  record Read(int agent, SecretQuery query, ReadMode mode) implements Action {
    @Override
    public String toString() {
      return "%c reads %s%s"
          .formatted(
              'A' + agent, SimulatedNames.text(query), mode == ReadMode.CACHED ? "" : " anew");
    }
  }

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
